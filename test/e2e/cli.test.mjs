// The command line as DESIGN §3.1 promises it: exit status 0, 1 or 2, answers on standard output,
// one line on standard error when something is refused.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { after, before, describe, test } from 'node:test';
import { JSON_TYPE } from './support/http.mjs';
import { candor, makePlace, Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

const LONG_AGO = { from: '2021-01-01', to: '2021-12-31' };

function isRefused({ code, stdout, stderr }, status, words) {
    assert.equal(code, status, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^candor: [^\n]+\n$/);
    if (words) assert.match(stderr, words);
}

function lines(count, more = {}) {
    return Array.from({ length: count }, (_, n) => {
        const time = Date.UTC(2021, 2, 1 + (n % 20), n % 24) / 1000;
        const properties = { time, distinct_id: `user-${n % 5}`, $insert_id: `line-${n}`, n,
            note: n % 2 ? 'odd' : null, list: [1, { deep: 'ü€𝄞' }], price: n / 8, ...more };
        return JSON.stringify({ event: n % 3 ? 'View' : 'Buy', properties });
    }).join('\n') + '\n';
}

describe('usage', () => {
    test('version', async () => {
        const { code, stdout } = await candor(['version']);
        assert.equal(code, 0);
        assert.match(stdout, /^candor \d+\.\d+\.\d+/);
        const { version, commit } = JSON.parse((await candor(['version', '--json'])).stdout);
        assert.match(version, /^\d+\.\d+\.\d+/);
        assert.match(commit, /^\w+$/);
    });

    test('help on everything, and --help on each verb', async () => {
        const list = await candor(['help']);
        assert.equal(list.code, 0);
        const line = /^ {2}([\w-]+(?: (?:create|list|show|revoke|link))?)\b/gm;
        const verbs = [...list.stdout.matchAll(line)]
            .map((match) => match[1]);
        for (const verb of ['serve', 'init', 'demo', 'import', 'export', 'query', 'verify']) {
            assert.ok(verbs.includes(verb), verb);
        }
        for (const verb of verbs) {
            const help = await candor([...verb.split(' '), '--help']);
            assert.equal(help.code, 0, verb);
            assert.ok(help.stdout.includes(`candor ${verb}`), verb);
        }
    });

    const misuses = [
        [[], null],
        [['dance'], /dance/],
        [['serve', '--colour', 'red'], /colour/],
        [['query'], /FILE/],
        [['query', 'a', 'b'], /b/],
        [['import', 'file'], /project/],
        [['export', '--project', 'x'], /from/],
        [['token', 'create', '--project', 'x'], /kind/],
        [['init', '--data'], /data/],
        [['init', '--data', '/a', '--data', '/b'], /data/],
        [['project'], null],
        [['project', 'dance'], /dance/],
    ];
    for (const [words, why] of misuses) {
        test(`candor ${words.join(' ')} is bad usage`, async () => {
            const { code, stderr } = await candor(words);
            assert.equal(code, 2, stderr);
            assert.match(stderr, /^candor/);
            if (why) assert.match(stderr, why);
        });
    }

    test('a folder that is not there', async () => {
        for (const words of [['serve'], ['query', '-'], ['verify'], ['project', 'list']]) {
            const answer = await candor([...words, '--data', '/nonexistent/candor'],
                { input: '{}' });
            isRefused(answer, 1, /\/nonexistent\/candor/);
            assert.match(answer.stderr, /init/, 'says what to do');
        }
    });
});

describe('settings', () => {
    let place;
    let folder;

    before(async () => {
        place = makePlace();
        folder = path.join(place, 'data');
        assert.equal((await candor(['init', '--data', folder])).code, 0);
    });
    after(() => fs.rmSync(place, { recursive: true }));

    async function serveWith(text) {
        const file = path.join(place, 'candor.ini');
        fs.writeFileSync(file, text);
        return candor(['serve', '--config', file, '--data', folder]);
    }

    const wrong = [
        ['[server]\nlistn = 127.0.0.1:0\n', /listn/],
        ['[sever]\nlisten = 127.0.0.1:0\n', /sever/],
        ['[server]\nthreads = many\n', /threads/],
        ['[server]\nthreads = 0\n', /threads/],
        ['[log]\nlevel = loud\n', /level/],
        ['[server\nlisten = 1\n', /candor\.ini/],
    ];
    for (const [text, why] of wrong) {
        test(`a file that says ${JSON.stringify(text)} is refused`, async () => {
            const answer = await serveWith(text);
            assert.ok([1, 2].includes(answer.code));
            isRefused(answer, answer.code, why);
        });
    }

    test('an unknown variable CANDOR_SECTION_KEY is refused', async () => {
        const environment = { CANDOR_SERVER_LISTN: 'x' };
        const answer = await candor(['serve', '--data', folder], { environment });
        assert.ok([1, 2].includes(answer.code));
        isRefused(answer, answer.code, /CANDOR_SERVER_LISTN/);
    });

    test('an address that cannot be listened on is refused', async () => {
        const addresses = ['127.0.0.1', '127.0.0.1:99999', 'nowhere.invalid:80', '192.0.2.1:0'];
        for (const address of addresses) {
            const answer = await candor(['serve', '--data', folder, '--listen', address]);
            assert.ok([1, 2].includes(answer.code), `${address}: ${answer.code}`);
            assert.match(answer.stderr, new RegExp(address.replaceAll('.', '\\.')));
            assert.equal(answer.stdout, '');
        }
    });

    test('init makes a folder that only its owner can read, and not twice', async () => {
        const mode = fs.statSync(folder).mode & 0o777;
        assert.equal(mode, 0o700);
        isRefused(await candor(['init', '--data', folder]), 1, /data/);
        const other = path.join(place, 'other');
        const made = JSON.parse((await candor(['init', '--data', other, '--json'])).stdout);
        assert.equal(made.data, other);
        assert.match(made.owner_link, /^\/sign-in\?link=\w+$/);
    });
});

/** The same checks with a server on the folder and without. */
function checkVerbs(isServed) {
    let server;
    let project;

    before(async () => {
        server = isServed ? await Server.started() : await Server.make();
        project = await server.project('shop');
    });
    after(() => server.remove());

    test('project create, list, show', async () => {
        assert.match(String(project.id), /^\d+$/);
        assert.equal(project.name, 'shop');
        assert.match(project.token, /^\w{16,}$/);
        assert.match(project.secret, /^\w{16,}$/);
        isRefused(await server.verb(['project', 'create', 'shop']), 1, /shop/);
        isRefused(await server.verb(['project', 'create', 'x', '--zone', 'Mars/Base']), 1, /zone/);
        isRefused(await server.verb(['project', 'show', 'nobody']), 1, /nobody/);
        const list = await server.json(['project', 'list']);
        const mine = list.find((each) => each.name === 'shop');
        assert.equal(mine.token, project.token);
        assert.ok(!JSON.stringify(list).includes(project.secret), 'a secret is shown once');
        assert.equal((await server.json(['project', 'show', 'shop'])).token, project.token);
    });

    test('token create, list, revoke', async () => {
        const token = await server.token(project);
        assert.match(token, /^cdr_qry_/);
        const listed = await server.output(['token', 'list', '--project', 'shop']);
        assert.ok(!listed.includes(token), 'a token is shown once');
        const flags = ['--project', 'shop', '--kind', 'root'];
        const wrong = await server.verb(['token', 'create', ...flags]);
        assert.notEqual(wrong.code, 0);
        isRefused(await server.verb(['token', 'revoke', '999']), 1, /999/);
    });

    test('import counts what it read, stored, knew and refused', async () => {
        const into = await server.project();
        const file = path.join(server.place, 'lines');
        const flags = ['import', '--project', into.name];
        fs.writeFileSync(file, lines(100));
        const count = async (words, options) => {
            const all = await server.json([...flags, ...words], options);
            assert.ok(all.seconds >= 0);
            const { read, stored, duplicate, refused } = all;
            return { read, stored, duplicate, refused };
        };
        const want = { read: 100, stored: 100, duplicate: 0, refused: 0 };
        assert.deepEqual(await count([file]), want);
        assert.deepEqual(await count([file]), { ...want, stored: 0, duplicate: 100 });

        fs.writeFileSync(`${file}.gz`, zlib.gzipSync(lines(120)));
        const more = { read: 120, stored: 20, duplicate: 100, refused: 0 };
        assert.deepEqual(await count([`${file}.gz`]), more);
        assert.deepEqual(await count(['-'], { input: lines(121) }),
            { read: 121, stored: 1, duplicate: 120, refused: 0 });
        const packed = zlib.gzipSync(lines(122));
        assert.equal((await count(['-'], { input: packed })).stored, 1);
        const range = { from: LONG_AGO.from, to: '2100-01-01' };
        assert.equal((await server.events(into, range)).length, 122);
    });

    test('import passes over bad lines and names them; --strict exits with 1', async () => {
        const into = await server.project();
        const input = `${lines(2)}{"event": \n\nnot json\n${lines(3)}`;
        const words = ['import', '--project', into.name, '-'];
        const loose = await server.verb([...words, '--json'], { input });
        assert.equal(loose.code, 0, loose.stderr);
        const { read, stored, duplicate, refused: bad } = JSON.parse(loose.stdout);
        assert.deepEqual([read, stored, duplicate, bad], [7, 3, 2, 2]);
        assert.match(loose.stderr, /\b3\b/, 'the line\'s number');
        assert.match(loose.stderr, /\b5\b/);
        const strict = await server.verb([...words, '--strict'], { input });
        assert.equal(strict.code, 1);
    });

    test('import of a file that is not there, and into no project', async () => {
        const words = ['import', '--project', 'shop', '/nonexistent/lines'];
        isRefused(await server.verb(words), 1, /\/nonexistent\/lines/);
        for (const input of ['', lines(1)]) {
            const nowhere = await server.verb(['import', '--project', 'nobody', '-'], { input });
            isRefused(nowhere, 1, /nobody/);
        }
    });

    test('export then import gives the same events and the same answers', async () => {
        const [from, to] = [await server.project(), await server.project()];
        const words = ['import', '--json', '--project'];
        await server.output([...words, from.name, '-'], { input: lines(500) });
        const range = ['--from', LONG_AGO.from, '--to', LONG_AGO.to];
        const exported = await server.output(['export', '--project', from.name, ...range]);
        await server.output([...words, to.name, '-'], { input: exported });
        const again = await server.output(['export', '--project', to.name, ...range]);
        const sorted = (text) => text.split('\n').sort().join('\n');
        assert.equal(sorted(again), sorted(exported));
        const time = LONG_AGO;
        const plans = [
            { kind: 'trend', time, unit: 'week', breakdown: [{ property: 'note' }],
                measures: [{ event: 'View', count: 'profiles' }] },
            { kind: 'trend', time, unit: 'total', where: { property: 'price', greater: 30 },
                measures: [{ event: '*', count: 'events' }] },
            { kind: 'funnel', time, window: { count: 9, unit: 'day' },
                steps: [{ event: 'Buy' }, { event: 'View' }] },
        ];
        for (const plan of plans) {
            const rows = await server.rows(plan, from);
            assert.deepEqual(await server.rows(plan, to), rows);
            assert.ok(rows.some((row) => row.at(-1) > 0), JSON.stringify(rows.slice(0, 3)));
        }
    });

    test('export as CSV, and of days without events', async () => {
        const from = await server.project();
        const input = lines(3, { note: 'a "quoted", text\nof two lines' });
        await server.output(['import', '--project', from.name, '-'], { input });
        const flags = ['export', '--project', from.name];
        const csv = await server.output([...flags, '--from', LONG_AGO.from, '--to', LONG_AGO.to,
            '--format', 'csv']);
        const [header, first] = csv.split(/\r?\n/);
        assert.equal(header, 'event,time,distinct_id,$insert_id,properties');
        assert.match(first, /^"?(Buy|View)"?,/);
        assert.ok(csv.includes('""note""'));
        const none = await server.output([...flags, '--from', '2019-01-01', '--to', '2019-01-02']);
        assert.equal(none, '');
    });

    const bad = [['2021-13-01', '2021-12-01'], ['yesterday', '2021-12-01'], ['2021-02-29',
        '2021-03-01'], ['2021-05-02', '2021-05-01']];
    for (const [from, to] of bad) {
        test(`export from ${from} to ${to} is refused`, async () => {
            const words = ['export', '--project', 'shop', '--from', from, '--to', to];
            const answer = await server.verb(words);
            assert.ok([1, 2].includes(answer.code), String(answer.code));
            isRefused(answer, answer.code);
        });
    }

    test('demo writes the same shop for the same seed', async () => {
        const flags = ['--events', '3000', '--seed', '7', '--end', '2021-06-30'];
        const made = [];
        for (const name of ['demo-a', 'demo-b']) {
            const { events, people } = await server.json(['demo', ...flags, '--name', name]);
            assert.ok(events > 2000 && events < 4000, String(events));
            const plan = { kind: 'trend', unit: 'week', time: LONG_AGO,
                measures: [{ event: '*', count: 'profiles' }] };
            made.push([events, people, await server.rows(plan, { name })]);
        }
        assert.deepEqual(made[0], made[1]);
    });

    test('verify says that all is well', async () => {
        const { code, stdout, stderr } = await server.verb(['verify']);
        assert.equal(code, 0, stderr);
        assert.ok(stdout.length > 0);
    });
}

describe('verbs on a running server', () => checkVerbs(true));
describe('verbs on a stopped folder', () => checkVerbs(false));

describe('verify on damaged files', () => {
    let server;

    before(async () => {
        server = await Server.make();
        const project = await server.project('shop');
        const words = ['import', '--project', project.name, '-'];
        await server.output(words, { input: lines(2000) });
        await server.output(['flush']);
        const update = [{ $token: project.token, $distinct_id: 'user-1', $set: { plan: 'pro' } }];
        await server.start();
        await server.post('/engage', JSON.stringify(update), JSON_TYPE);
        await server.stop();
        assert.equal((await server.verb(['verify'])).code, 0);
    });
    after(() => server.remove());

    function segments() {
        return fs.readdirSync(server.folder, { withFileTypes: true, recursive: true })
            .filter((entry) => entry.isFile() && /\.seg$/.test(entry.name))
            .map((entry) => path.join(entry.path, entry.name));
    }

    test('a byte flipped anywhere in a segment is found, and said in a line', async () => {
        const [file] = segments();
        const whole = fs.readFileSync(file);
        for (const share of [0, 0.1, 0.35, 0.6, 0.9, 1]) {
            const place = Math.min(whole.length - 1, Math.floor(whole.length * share));
            const damaged = Buffer.from(whole);
            damaged[place] ^= 0x40;
            fs.writeFileSync(file, damaged);
            const { code, stdout, stderr } = await server.verb(['verify']);
            assert.equal(code, 1, `byte ${place} of ${whole.length}: ${stdout}`);
            const said = stdout + stderr;
            assert.match(said, new RegExp(path.basename(file)), 'names the file');
            assert.match(stderr, /^candor: [^\n]+\n$/);
        }
        fs.writeFileSync(file, whole);
        assert.equal((await server.verb(['verify'])).code, 0);
    });

    test('a segment that was cut, or is gone, is found', async () => {
        const [file] = segments();
        const whole = fs.readFileSync(file);
        fs.writeFileSync(file, whole.subarray(0, -1));
        assert.equal((await server.verb(['verify'])).code, 1);
        fs.rmSync(file);
        assert.equal((await server.verb(['verify'])).code, 1);
        fs.writeFileSync(file, whole);
        assert.equal((await server.verb(['verify'])).code, 0);
    });

    test('a log of which any file that was acknowledged is gone, is missed', async () => {
        const killed = await Server.started();
        const project = await killed.project('shop');
        const event = { event: 'Paid', properties: { token: project.token, distinct_id: 'ann' } };
        assert.equal((await killed.post('/track', JSON.stringify([event]), JSON_TYPE)).text, '1');
        const log = path.join(killed.folder, 'wal');
        const aside = path.join(killed.place, 'aside');
        // The next file is made ahead; the one with the event is not the last one then.
        await until(() => fs.existsSync(path.join(log, 'newest')), { seconds: 20, what: 'a file ahead' });
        await killed.kill();
        const files = fs.readdirSync(log).filter((name) => name.endsWith('.wal'));
        assert.equal(files.length, 2);
        for (const gone of [log, ...files.map((name) => path.join(log, name))]) {
            fs.renameSync(gone, aside);
            const { code, stdout } = await killed.verb(['verify']);
            assert.equal(code, 1, gone);
            assert.match(stdout, /^wal +damaged: could not read the log: /m);
            await assert.rejects(killed.start(), /could not read the log: /);
            if (gone === log) fs.rmSync(log, { recursive: true, force: true });
            fs.renameSync(aside, gone);
            assert.equal((await killed.verb(['verify'])).code, 0, gone);
        }
        await killed.start();
        assert.equal((await killed.events(project)).length, 1);
        await killed.remove();
    });

    test('a question never answers from a damaged block', async () => {
        const [file] = segments();
        const whole = fs.readFileSync(file);
        const plan = { kind: 'trend', unit: 'total', time: LONG_AGO, project: 'shop',
            where: { property: 'price', at_least: 7.5 }, breakdown: [{ property: 'note' }],
            measures: [{ event: ['Buy', 'View'], count: 'profiles' }] };
        const input = JSON.stringify(plan);
        const words = ['query', '--json', '-'];
        const right = JSON.parse(await server.output(words, { input })).rows;
        for (let place = 7; place < whole.length; place += Math.ceil(whole.length / 25)) {
            const damaged = Buffer.from(whole);
            damaged[place] ^= 0x01;
            fs.writeFileSync(file, damaged);
            const { code, stdout } = await server.verb(words, { input });
            if (code === 0) assert.deepEqual(JSON.parse(stdout).rows, right, `byte ${place}`);
            else assert.equal(code, 1);
        }
        fs.writeFileSync(file, whole);
    });
});
