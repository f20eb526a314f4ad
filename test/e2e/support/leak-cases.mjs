// Records with secrets in them, of the ingestion part of the leak catalogue and its neighbours. Each
// call makes its own secrets, so that what is found tells by which road it came.
import { Dice, makeCanary } from '../../leaks/leak-canaries.mjs';

function maker(seed) {
    const dice = new Dice(seed);
    return (kind) => makeCanary(kind, dice).value;
}

function PEM(make) {
    const inner = `${make('github key').slice(4)}MIIEvQ`;
    return `-----BEGIN PRIVATE KEY-----\n${inner}\n-----END PRIVATE KEY-----`;
}

/** id → (make) => {properties, secrets}: what a developer sends, and what of it must go. */
const properties = {
    'E01 password': (make) => {
        const [password, email] = [make('password'), make('email')];
        return { properties: { email, password }, secrets: [password, email] };
    },
    'E02 pairs': (make) => {
        const [one, two, three] = [make('password'), make('token'), make('password')];
        const fields = [
            { name: 'password', value: one }, ['authorization', `Bearer ${two}`],
            { key: 'passwd', val: three },
        ];
        return { properties: { fields }, secrets: [one, two, three] };
    },
    'E03 JSON in a string': (make) => {
        const password = make('password');
        const payload = JSON.stringify({ user: 'i', password });
        return { properties: { payload }, secrets: [password] };
    },
    'E03 a form in a string': (make) => {
        const password = make('text');
        return { properties: { body: `user=i&password=${password}&x=1` }, secrets: [password] };
    },
    'E04 deep down': (make) => {
        const password = make('password');
        return { properties: { a: { b: [{ c: { password } }] } }, secrets: [password] };
    },
    'E05 a card as a number': (make) => {
        const card = make('card');
        return { properties: { n: Number(card) }, secrets: [card] };
    },
    'E05 a card in groups': (make) => {
        const card = make('spaced card');
        return { properties: { note: `paid with ${card} today` }, secrets: [card] };
    },
    'E20 a social security number': (make) => {
        const digits = make('otp');
        const ssn = `219-${9}${digits[0] === '0' ? 1 : digits[0]}-${digits.slice(1, 5)}`;
        return { properties: { ssn }, secrets: [ssn] };
    },
    'E23 keys of services': (make) => {
        const [a, b, d, e] = ['aws key', 'github key', 'stripe key', 'jwt'].map(make);
        const c = PEM(make);
        return { properties: { a, b, c, d, e }, secrets: [a, b, c.split('\n')[1], d, e] };
    },
    'E29 names in other scripts': (make) => {
        const names = [
            'pAssWord', 'user_pwd2', 'contraseña', '密码', 'passwort_neu', 'mot de passe', 'пароль',
            'パスワード', 'user.password', 'ACCESS-TOKEN', 'ＰＡＳＳＷＯＲＤ', '비밀번호',
        ];
        const secrets = names.map(() => make('text'));
        const pairs = names.map((name, i) => [name, secrets[i]]);
        return { properties: Object.fromEntries(pairs), secrets };
    },
    'E01 an e-mail address inside a longer text': (make) => {
        const [one, two, three] = ['email', 'email', 'email'].map(make);
        const properties = {
            note: `please write to ${one} before noon, or call`,
            comment: `From: "Ann" <${two}>; sent twice`,
            list: ['first', `second (${three}) of two`],
        };
        return { properties, secrets: [one, two, three] };
    },
    'E06 an account': (make) => {
        const iban = make('iban');
        return { properties: { from: iban, text: `from ${iban}` }, secrets: [iban] };
    },
};

/** Every case anew: [{id, properties, secrets}]. */
export function propertyCases(seed) {
    return Object.entries(properties).map(([id, call]) => ({ id, ...call(maker(`${seed} ${id}`)) }));
}

/** Secrets in the places around the properties. */
export function eventCases(seed) {
    const make = maker(`${seed} events`);
    const [email, jwt, name, password] = ['email', 'jwt', 'email', 'password'].map(make);
    const [user, device] = ['email', 'email'].map(make);
    return [
        { id: 'E10 an e-mail address as id', event: 'x', ids: { distinct_id: email }, secrets: [email] },
        { id: 'E10 a token as id', event: 'x', ids: { distinct_id: jwt }, secrets: [jwt] },
        {
            id: 'E10 other ids', event: 'x', secrets: [user, device],
            ids: { distinct_id: 'ann', $user_id: user, $device_id: device },
        },
        { id: 'E11 a name with an address', event: `Viewed ${name}`, ids: {}, secrets: [name] },
        { id: 'E11 a name with a password', event: `pw=${password}`, ids: {}, secrets: [password] },
    ];
}

export function profileCase(seed) {
    const make = maker(`${seed} profile`);
    const [name, email, phone] = ['name', 'email', 'phone'].map(make);
    return {
        id: 'E13 a profile with a name', secrets: [name, email, phone],
        properties: { $name: name, $email: email, $phone: phone, plan: 'pro' },
    };
}

/** What must arrive as it was sent. */
export const KEPT = {
    id: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    t: 1764547200000,
    sha: '9fceb02d0ae598e95dc970b74767f19372d61af8',
    isbn: '9783161484100',
    order: '1234567890123456',
    ulid: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    object: '507f1f77bcf86cd799439011',
    nano: 'V1StGXR8_Z5jdHi6B-myT',
    ean: '4006381333931',
    version: '1.24.3-rc.1',
};
