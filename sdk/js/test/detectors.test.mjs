import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './support/load.mjs';

const { detect, detectNumber, isSecretKey } = await load('detectors');

const SECRETS = {
    F01: ['4111 1111 1111 1111', '4111111111111111', 'pay with 5555-5555-5555-4444 now',
        '3782 822463 10005', '４１１１ １１１１ １１１１ １１１１', '٤١١١١١١١١١١١١١١١',
        '4\u200b111 1111 1111 1111', '6.0.1.1.0.0.0.9.9.0.1.3.9.4.2.4', '4111%201111%201111%201111'],
    P01: ['ann@example.org', 'Signed in as ingrid.vane4@example.org', 'ann%40example.org',
        'ann%2540example.org', 'änn@exämple.org'],
    P03: ['call +47 912 34 567'],
    S24: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5MSJ9.c2lnMTIzNDU2Nzg5MA'],
    S25: ['-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC'],
    S29: ['Authorization: Bearer abcdef123456'],
    S00: ['AKIAQ7ZLR5TX2ND4MPEW', 'ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r9',
        'sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'xoxb-1234-abcd', 'AIzaSyA1234567890abcdefghijklmnopqrstuv',
        'glpat-abcdefghij0123456789', 'SG.abcdefghijklmnop.qrst', 'key=npm_abcdefghijklmnopqrst12'],
    F06: ['NO9386011117947', 'DE89 3704 0044 0532 0130 00', 'gb82west12345698765432'],
    F09: ['id 123456789', '0912345678'],
    S40: ['Zx8Kq2Lm9Wv4Rt7Yb3Nc', 'c2VjcmV0IHZhbHVlIG9mIG1pbmU=xx9', '9a8b7c6d5e4f302119a8b7'],
};

for (const [rule, texts] of Object.entries(SECRETS)) {
    test(`finds ${rule}`, () => {
        for (const text of texts) assert.equal(detect(text), rule, text);
    });
}

test('lets pass what products are made of', () => {
    for (const text of [
        'home_recommendations', 'the quick brown fox jumps', 'v1.2.3-beta.4', 'Jacket, blue, size 42',
        '3f2504e0-4f89-11d3-9a0c-0305e82c3301', '2026-11-22T03:35:01.123Z', '2026-11-22', 'image@2x.png',
        '@scope/package', '9fceb02d0ae598e95dc970b74767f19372d61af8', '507f1f77bcf86cd799439011',
        '01ARZ3NDEKTSV4RRFFQ69G5FAV', '#ff8800', '12.50 €', 'checkout.payment.method_selected',
        'Benutzereinstellungen geändert', 'notificationPreferencesUpdated', 'ORDER_STATUS_SHIPPED',
        'こんにちは世界、今日はいい天気ですね', 'organization-membership-settings', '10:45', 'A/B test 7',
        'Mozilla', 'ratio 16:9', '40% off', 'password changed', 'Kindergartenzulassungsstelle',
    ]) {
        assert.equal(detect(text), '', text);
    }
});

test('an identifier may be long and look random, but not be an address or a token', () => {
    assert.equal(detect('100001234567890', true), '');
    assert.equal(detect('Zx8Kq2Lm9Wv4Rt7Yb3Nc', true), '');
    assert.equal(detect('ann@example.org', true), 'P01');
    assert.equal(detect('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5MSJ9.c2ln', true), 'S24');
});

test('numbers: moments and quantities pass, cards and identities do not', () => {
    assert.equal(detectNumber(4111111111111111, 'n'), 'F01');
    assert.equal(detectNumber(4111111111111111, 'amount'), 'F01');
    assert.equal(detectNumber(219099999, 'n'), 'F09');
    assert.equal(detectNumber(1764547200000, 'created_at'), '');
    assert.equal(detectNumber(1764547200, 'time'), '');
    assert.equal(detectNumber(536870912, 'bytes'), '');
    assert.equal(detectNumber(3.141592653589793, 'x'), '');
    assert.equal(detectNumber(99999999, 'x'), '');
    assert.equal(detectNumber(1e300, 'x'), '');
});

test('names of secrets, in case, separators and languages', () => {
    for (const key of ['password', 'pAssWord', 'user_pwd2', 'contraseña', '密码', 'passwort_neu',
        'Kennwort', 'mot_de_passe', 'apiKey', 'api-key', 'X-API-Key', 'private_key', 'accessToken',
        'sessionId', 'cvv', 'otp', 'ПАРОЛЬ', 'パスワード', '비밀번호', 'wachtwoord', 'şifre', 'pass']) {
        assert.ok(isSecretKey(key), key);
    }
    for (const key of ['compass', 'passenger', 'author', 'keyboard', 'token_count', 'passive',
        'password_reset_clicked', 'key', 'tokenization', 'pinned', 'spin', 'secretary', 'authored']) {
        assert.ok(!isSecretKey(key), key);
    }
});

test('no text of the greatest length keeps it busy', { timeout: 60_000 }, () => {
    for (const unit of ['1', '4 ', 'a@', 'A1', '%25', 'eyJ', 'x=', ' +1', '://a:', 'DE89', 'ab:"']) {
        detect(unit.repeat(8192 / unit.length));
    }
});
