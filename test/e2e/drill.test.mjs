// candor drill: the drill as it is passes; one whose server lets personal texts through fails and names
// them; what cannot be played is one line; and nothing of it stays, whatever ends it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { candor, makePlace, program } from './support/server.mjs';
import { until } from './support/wait.mjs';

const DRILL = '2018-autocapture';
const SECONDS_MAX = 240;

let place; // where temporary folders of the drills are made

before(() => (place = makePlace()));
after(() => fs.rmSync(place, { recursive: true, force: true }));

/** As a shell runs it, with temporary folders of our own; ends it when it takes too long. */
function start(words) {
    const child = spawn(program, ['drill', ...words], {
        env: { ...process.env, CANDOR: undefined, TMPDIR: place, CANDOR_DATA_FOLDER: '/nowhere' },
        stdio: ['ignore', 'pipe', 'pipe'], timeout: SECONDS_MAX * 1000,
    });
    child.said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
        child[name].on('data', (piece) => (child.said[name] += piece));
    }
    return child;
}

async function drill(words) {
    const child = start(words);
    const [code, signal] = await once(child, 'close');
    return { code: code ?? signal, ...child.said };
}

/** What a process was called with; '' when it is gone. */
function commandOf(pid) {
    try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
        return '';
    }
}

/** Processes whose words name a folder of ours. */
function processes() {
    const all = fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid));
    return all.filter((pid) => commandOf(pid).includes(place));
}

async function assertNothingStays() {
    await until(() => processes().length === 0, { seconds: 10, what: 'the end of all children' });
    const left = fs.readdirSync(place).filter((name) => name.startsWith('candor-'));
    assert.deepEqual(left, []);
}

describe('candor drill', () => {
    test('lists what there is', async () => {
        const { code, stdout } = await drill([]);
        assert.equal(code, 0);
        assert.match(stdout, /^2018-autocapture {2}\S.+\n$/);
        const [{ drill: name, story }] = JSON.parse((await drill(['--json'])).stdout);
        assert.equal(name, DRILL);
        assert.ok(story);
    });

    test('what happened in 2018 does not happen here', async () => {
        const { code, stdout, stderr } = await drill([DRILL, '--json']);
        const told = JSON.parse(stdout);
        const row = (part, tried) => {
            const found = told.rows.find((one) => one.part === part && tried.test(one.tried));
            assert.ok(found, `${part}: ${tried}`);
            return found;
        };
        assert.equal(code, 0, stdout);
        assert.equal(stderr, '');
        assert.equal(told.passed, true);
        assert.deepEqual(told.through, []);
        assert.deepEqual(told.rows.filter((one) => one.verdict === 'failed'), []);
        assert.match(row('our SDK', /^type/).seen, /^0 of 4 planted .* [1-9]\d* events arrived$/);
        assert.match(row('broken SDK', /sends attributes/).seen,
            /^left: password [1-9]\d* times, e-mail [1-9]\d*, card [1-9]\d*, token [1-9]\d*$/);
        assert.match(row('broken SDK', /removed/).seen, /Z03 \d+/);
        assert.match(row('broken SDK', /search/).seen, /planted texts in 0, an ordinary one in [1-9]/);
        for (const tried of [/among the findings/, /is it held/, /people told/]) {
            const { seen, ms } = row('alarm', tried);
            assert.match(seen, /W01|drift watch|webhook/);
            assert.ok(ms > 0 && ms < 60_000);
        }
        assert.match(row('alarm', /before the hold/).seen, /^[12]\d of 24 are stored, 0 are shown$/);
        assert.match(row('alarm', /after that/).seen, /^6 left, \d+ events stored, 0 values$/);
        assert.match(row('at rest', /stop/).seen, /^\d+ files.*planted texts in 0/);
        await assertNothingStays();
    });

    test('a server in open mode fails it, and what got through is named, never told', async () => {
        const { code, stdout, stderr } = await drill([DRILL, '--mode', 'open']);
        assert.equal(code, 1);
        assert.equal(stderr, '');
        assert.match(stdout, /^broken SDK .* planted texts in [1-9]\d*, .* failed$/m);
        assert.match(stdout, /^got through: e-mail in the export \(plain\)$/m);
        assert.match(stdout, /^got through: e-mail in data\/wal\/\S+ \(plain\)$/m);
        assert.match(stdout, /^failed in \d+\.\d s\n$/m);
        assert.ok(!stdout.includes('@example.org'));
        await assertNothingStays();
    });

    test('an SDK that sends nothing proves nothing: the drill fails', async () => {
        // A browser whose person does not want to be tracked; our SDK stays silent there.
        const browser = path.join(place, 'shy');
        fs.writeFileSync(browser, `#!/bin/sh
for word; do case $word in --user-data-dir=*) folder=$(echo "$word" | cut -d= -f2-);; esac; done
mkdir -p "$folder/Default"
echo '{"enable_do_not_track":true}' >"$folder/Default/Preferences"
exec chromium "$@"
`, { mode: 0o755 });
        const { code, stdout } = await drill([DRILL, '--chromium', browser, '--json']);
        const told = JSON.parse(stdout);
        assert.equal(code, 1);
        assert.equal(told.passed, false);
        assert.deepEqual(told.through, []);
        assert.equal(told.rows.at(-1).part, 'our SDK');
        assert.match(told.rows.at(-1).seen, / 0 events arrived: too few, this proves nothing$/);
        assert.equal(told.rows.at(-1).verdict, 'failed');
        await assertNothingStays();
    });

    test('a signal ends it, and nothing stays', async () => {
        const child = start([DRILL]);
        await until(() => processes().length > 2, { seconds: 60, what: 'its children' });
        child.kill('SIGINT');
        const [code] = await once(child, 'close');
        assert.equal(code, 1);
        assert.match(child.said.stderr, /^candor: could not play .*: it was interrupted\n$/);
        await assertNothingStays();
    });

    /** The drill's children: what its server is run with names its data folder. */
    const servers = () => processes().filter((pid) => {
        const words = commandOf(pid).split('\0');
        return words[0] === program && words[1] === 'serve';
    });

    test('its server killed, it says so, and nothing stays', async () => {
        const child = start([DRILL]);
        await until(() => servers().length > 0, { seconds: 60, what: 'its server' });
        process.kill(servers()[0], 'SIGKILL');
        const [code] = await once(child, 'close');
        assert.equal(code, 1);
        assert.match(child.said.stderr, /^candor: could not play .*\n$/);
        await assertNothingStays();
    });

    test('killed itself, its children end with it, and its folders with the next one', async () => {
        const child = start([DRILL]);
        const mine = path.join(place, 'candor-abcdef'); // has such a name, and is nobody's to remove
        fs.mkdirSync(mine, { mode: 0o700 });
        await until(() => servers().length > 0, { seconds: 60, what: 'its server' });
        child.kill('SIGKILL');
        await once(child, 'close');
        await until(() => processes().length === 0, { seconds: 20, what: 'the end of all children' });
        const folders = () => fs.readdirSync(place).filter((name) => name.startsWith('candor-'));
        assert.equal(folders().length, 3, 'of its server, of its browser, and mine');
        assert.equal((await drill([DRILL, '--chromium', '/bin/false'])).code, 1);
        assert.deepEqual(folders(), ['candor-abcdef']);
        fs.rmdirSync(mine);
    });

    test('what cannot be played is one line', async () => {
        const chromium = path.join(place, 'no-chromium');
        for (const [words, code, pattern] of [
            [['2019-nothing'], 2, /no such drill/], [[DRILL, '--mode', 'shut'], 2, /--mode is/],
            [[DRILL, 'twice'], 2, /too much/],
            [[DRILL, '--chromium', chromium], 1, /install Chromium/],
            [[DRILL, '--chromium', '/bin/false'], 1, /^candor: could not /],
        ]) {
            const told = await drill(words);
            assert.equal(told.code, code, words.join(' '));
            assert.equal(told.stdout, '');
            assert.match(told.stderr, pattern);
            assert.equal(told.stderr.trim().split('\n').length, 1);
        }
        await assertNothingStays();
        const { stdout } = await candor(['drill', '--help']);
        assert.match(stdout, /2018-autocapture/);
    });
});
