import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { load } from './support/load.mjs';

globalThis.location = new URL('https://shop.example.org/');
globalThis.document = { baseURI: 'https://shop.example.org/', referrer: '' };
const url = await load('url');

const shared = path.join(import.meta.dirname, '../../../test/shield/url-template.jsonl');
const vectors = fs.readFileSync(shared, 'utf8').trim().split('\n').map((line) => JSON.parse(line));

function go(href) {
    globalThis.location = new URL(href);
    return url.currentPage();
}

test('agrees with the description, as the server and the native client do', () => {
    for (const { url: raw, template } of vectors) assert.equal(url.template(raw), template, raw);
    assert.ok(vectors.length > 60);
});

test('keeps segments that read like words, in lower case', () => {
    for (const path of ['/', '/a', '/checkout/payment', '/reset-password', '/callback-oidc',
        '/en/uber', '/settings/notifications', '/products/shoes/']) {
        assert.equal(url.templatePath(path), path);
    }
    assert.equal(url.templatePath('/orderHistory'), '/orderhistory');
});

test('replaces everything else by its kind', () => {
    const cases = {
        '/orders/17': '/orders/:int',
        '/doc/3f2504e0-4f89-11d3-9a0c-0305e82c3301': '/doc/:uuid',
        '/on/2026-11-22': '/on/:date',
        '/with/ann@example.org': '/with/:email',
        '/with/ann%40example.org': '/with/:email',
        '/reset-password/eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImluZ3JpZEBleC5vcmcifQ.c2ln':
            '/reset-password/:token',
        '/go/x7Kq2': '/go/:x',
        '/go/qxzvkwjhbd': '/go/:x',
        '/go/aGVsbG8gd29ybGQgYWdhaW4': '/go/:token',
        '/user/ingrid': '/user/:x',
        '/users/me/edit': '/users/:x/edit',
        '/help/index.html': '/help/index.html',
        '/a;jsessionid=91AF/b': '/a/b',
    };
    for (const [path, template] of Object.entries(cases)) {
        assert.equal(url.templatePath(path), template, path);
    }
});

test('drops query, fragment and userinfo, but for words under listed names', () => {
    const page = go('https://ann:pw@app.example.org/home?token=t1&utm_source=News&utm_medium=' +
        'ann%40example.org&utm_campaign=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5MSJ9#access_token=at_77');
    assert.equal(page.url, 'https://app.example.org/home');
    assert.deepEqual(page.params, { utm_source: 'news', utm_medium: '', utm_campaign: '' });
});

test('keeps one label before the registrable domain', () => {
    assert.equal(url.domainOf('a.b.shop.example.co.uk', 1), 'shop.example.co.uk');
    assert.equal(url.domainOf('a.b.shop.example.co.uk', 0), 'example.co.uk');
    assert.equal(url.domainOf('x9f3a7.example.org', 1), 'x9f3a7.example.org');
    assert.equal(url.domainOf('192.168.0.7', 1), ':ip');
    assert.equal(url.domainOf('localhost', 1), 'localhost');
});

test('of links: a path here, a domain elsewhere, a scheme otherwise', () => {
    go('https://app.example.org/home');
    globalThis.document.baseURI = 'https://app.example.org/home';
    // As the browser gives a link's address: resolved.
    const link = (raw) => url.templateLink(URL.canParse(raw, location) ? new URL(raw, location).href : raw);
    assert.equal(link('/invite?token=inv_8Qm2'), '/invite');
    assert.equal(link('https://www.else.where.org/p/1?x=2'), 'where.org');
    assert.equal(link('mailto:ann@example.org'), 'mailto:');
    assert.equal(link('tel:+4791234567'), 'tel:');
    assert.equal(link('javascript:alert("ann")'), 'javascript:');
    assert.equal(link('http://[broken'), '');
});

test('the referrer is a registrable domain, and nothing when it is this site', () => {
    globalThis.document.referrer = 'https://mail.example.net/inbox?msg=77';
    assert.deepEqual(url.referrer(), { $referring_domain: 'example.net' });
    go('https://app.example.org/home');
    globalThis.document.referrer = 'https://app.example.org/reset?token=rp_66';
    assert.deepEqual(url.referrer(), {});
});

test('routes of the plan name what does not read like a word', () => {
    url.setPlan(['/k8s/:int', '/u/:x/orders'], ['kind']);
    assert.equal(url.templatePath('/k8s/17'), '/k8s/:int');
    assert.equal(url.templatePath('/u/ann/orders'), '/u/:x/orders');
    assert.equal(url.templatePath('/K8s/x17'), '/k8s/:x', 'a literal stays wherever it stands');
    assert.equal(url.templatePath('/k8s/17/x'), '/k8s/:int/x');
    assert.deepEqual(go('https://app.example.org/?kind=red&ref=news').params, { kind: 'red' });
    assert.equal(go('https://app.example.org/a#/k8s/17').url, 'https://app.example.org/a');
    url.setPlan([], []);
    assert.deepEqual(go('https://app.example.org/?kind=blue').params, {});
});

test('files lose the hashes of their builds', () => {
    go('https://app.example.org/home');
    const script = 'https://app.example.org/assets/main-8f3a2b9c.js?v=7';
    assert.equal(url.templateScript(script), '/assets/main.js');
    assert.equal(url.templateScript('https://cdn.example.net/x.js'), '');
});

test('never throws and never grows, whatever it is given', () => {
    for (const raw of ['', '\ud800', '%', '%zz', '/'.repeat(5000), `/${'a'.repeat(1e6)}`, '//', ':']) {
        assert.ok(url.template(raw).length < 500);
        assert.ok(url.templateLink(raw).length < 500);
        assert.ok(url.templateScript(raw).length < 500);
        assert.ok(url.templatePath(raw).length < 500);
    }
});
