// A scenario in another dress: other secrets, another page around it, another order of things. The
// same scenario, number and seed make the same mutant.
import { Dice, makeCanary } from './leak-canaries.mjs';

const TAGS = [
    'div', 'section', 'article', 'main', 'li', 'td', 'p', 'span', 'fieldset', 'label', 'figure',
    'details', 'dialog', 'center', 'x-card', 'my-app', 'nav', 'form', 'blockquote', 'h2', 'svg-box',
];

/** What fields and things are called, language by language: names that tell, and names that do not. */
const WORDS = {
    en: ['password', 'card', 'account'], de: ['kennwort', 'konto', 'karte'],
    fr: ['mot_de_passe', 'carte', 'compte'], es: ['contraseña', 'tarjeta', 'cuenta'],
    pt: ['senha', 'cartão', 'conta'], it: ['parola_segreta', 'carta', 'conto'],
    nl: ['wachtwoord', 'kaart', 'rekening'], sv: ['lösenord', 'kort', 'konto'],
    pl: ['hasło', 'karta', 'konto'], cs: ['heslo', 'karta', 'účet'], ru: ['пароль', 'карта', 'счёт'],
    uk: ['гасло', 'картка', 'рахунок'], el: ['κωδικός', 'κάρτα', 'λογαριασμός'],
    tr: ['şifre', 'kart', 'hesap'], ar: ['كلمة_السر', 'بطاقة', 'حساب'], he: ['סיסמה', 'כרטיס', 'חשבון'],
    hi: ['पासवर्ड', 'कार्ड', 'खाता'], th: ['รหัสผ่าน', 'บัตร', 'บัญชี'], ja: ['暗証番号', 'カード', '口座'],
    zh: ['密码', '卡号', '账户'], ko: ['비밀번호', '카드', '계좌'], vi: ['mật_khẩu', 'thẻ', 'tài_khoản'],
    xx: ['f1', 'q_2', 'field-77'],
};

const PARAMETERS = ['t', 'k', 'token', 'utm_content', 'u', 'next', 'q', 'auth', 'x'];
const PLACES = ['verify', 'reset', 'invite', 'u', 'orders', 'share', 'docs', 'callback', 'm'];

/** {name} in a text becomes the canary of that name. */
export function fill(text, canaries, escape = (value) => value) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
        return canaries[name] ? escape(canaries[name].value) : whole;
    });
}

function inUrl(value) {
    return encodeURIComponent(value).replace(/%20/g, '+');
}

function escapeHtml(value) {
    return value.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}

function fillSteps(value, canaries, escape) {
    if (typeof value === 'string') return fill(value, canaries, escape);
    if (Array.isArray(value)) return value.map((item) => fillSteps(item, canaries, escape));
    if (value && typeof value === 'object') {
        const all = Object.entries(value);
        return Object.fromEntries(all.map(([key, item]) => [key, fillSteps(item, canaries, escape)]));
    }
    return value;
}

function isOfUrl([verb]) {
    return /^(?:push|replace|fetch|hash)$/.test(verb);
}

/** A scenario with its canaries in place: what is played. */
export function filled(scenario, canaries = scenario.canaries ?? {}) {
    const steps = scenario.steps ?? [];
    return {
        ...scenario,
        canaries,
        html: fill(scenario.html ?? '', canaries, escapeHtml),
        url: fill(scenario.url ?? 'https://app.example.test/page', canaries, inUrl),
        referrer: scenario.referrer && fill(scenario.referrer, canaries, inUrl),
        page_title: fill(scenario.page_title ?? 't', canaries, escapeHtml),
        // A body or a header is sent as it is; an address is percent-encoded.
        steps: steps.map(([verb, first, ...rest]) => [
            verb, fillSteps(first, canaries, isOfUrl([verb]) ? inUrl : undefined),
            ...fillSteps(rest, canaries),
        ]),
    };
}

/** Whether words that anyone may write are the secret: those stand in parameters only. */
function isOfWords({ kind }) {
    return kind === 'terms' || kind === 'name' || kind === 'text';
}

/** Put a canary somewhere else into an address. */
function twistUrl(url, canaries, dice) {
    const canary = dice.pick(canaries);
    const value = encodeURIComponent(canary.value);
    const twice = encodeURIComponent(value);
    const name = dice.pick(PARAMETERS);
    const join = url.includes('?') ? '&' : '?';
    const [before, hash = ''] = url.split(/(?=#)/);
    const ways = [
        () => url,
        () => `${before}${join}${name}=${value}${hash}`,
        () => `${before}${join}${name}=${twice}${hash}`,
        () => `${before}${join}${name}=a&${name}=${value}${hash}`,
        () => `${before}${join}next=${encodeURIComponent(`/in?${name}=${value}`)}${hash}`,
        () => `${before}${join}${value}${hash}`,
        () => `${url}${hash ? '&' : '#'}${name}=${value}`,
        () => `${url}${hash ? '' : '#'}/route/${value}`,
        () => before.replace(/(?=[?]|$)/, `;${name}=${value}`) + hash,
    ];
    const inPath = [
        () => before.replace(/(?=[?]|$)/, `/${dice.pick(PLACES)}/${value}`) + hash,
        () => before.replace(/(?=[?]|$)/, `/${dice.pick(PLACES)}/${value}/edit`) + hash,
        () => before.replace(/(?=[?]|$)/, `/${value}.html`) + hash,
        () => before.replace(/(?=[?]|$)/, `/a/${twice}`) + hash,
    ];
    return dice.pick(isOfWords(canary) ? ways : [...ways, ...inPath])();
}

/** Steps with moves to other addresses between them. */
function moving(steps, canaries, dice) {
    const all = [...steps];
    const verb = dice.pick(['push', 'replace', 'hash']);
    const address = twistUrl(`/${dice.pick(PLACES)}`, canaries, dice);
    const move = verb === 'hash' ? ['hash', `#k=${encodeURIComponent(canaries[0].value)}`] : [verb, address];
    all.splice(dice.below(all.length + 1), 0, move);
    return all;
}

function shapeOf(dice, canaries, isUrl) {
    const language = dice.pick(Object.keys(WORDS));
    const depth = dice.chance(0.5) ? dice.below(6) : dice.below(40);
    const place = dice.pick([
        'document', 'document', 'document', 'open', 'open', 'closed', 'frame', 'frame without',
    ]);
    return {
        language,
        words: dice.shuffled(WORDS[language]),
        canaries: canaries.map(({ value }) => value),
        place,
        tags: Array.from({ length: isUrl ? dice.below(3) : depth }, () => dice.pick(TAGS)),
        decorated: dice.chance(0.7),
        isRenamed: dice.chance(0.4),
        isShuffled: dice.chance(0.6),
        isSplit: dice.chance(0.3),
        twins: dice.pick([0, 0, 1, 3]),
        framework: dice.pick(['none', 'react', 'vue', 'kit', 'rerender']),
        noise: dice.pick([0, 0.3, 0.8]),
        pause: dice.pick(['none', 'microtask', 'timer', 'frame']),
    };
}

/** Scenarios in which where a thing stands is the point keep their own page. */
function isFixed(scenario) {
    return !!scenario.element || scenario.id === 'A34';
}

/** The mutant of a number: a filled scenario with a shape. */
export function mutant(scenario, number, seed) {
    const dice = new Dice(`${seed} ${scenario.id} ${number}`);
    const made = Object.entries(scenario.canaries).map(([name, { kind }]) => {
        return [name, makeCanary(kind, dice)];
    });
    const all = filled(scenario, Object.fromEntries(made));
    const canaries = made.map(([, canary]) => canary);
    const isUrl = scenario.area === 'url';
    const shape = shapeOf(dice, canaries, isUrl);
    if (isFixed(scenario)) Object.assign(shape, { framework: 'none', place: 'document', twins: 0 });
    if (isFixed(scenario)) Object.assign(shape, { isSplit: false });
    if (isUrl || dice.chance(0.2)) all.url = twistUrl(all.url, canaries, dice);
    if (isUrl ? dice.chance(0.5) : dice.chance(0.1)) all.steps = moving(all.steps, canaries, dice);
    if (dice.chance(0.2)) all.page_title = escapeHtml(canaries[0].value);
    if (!all.referrer && dice.chance(0.15)) {
        all.referrer = `https://app.example.test/from?k=${encodeURIComponent(canaries[0].value)}`;
    }
    const frame = shape.place.startsWith('frame');
    return {
        ...all,
        number,
        seed: dice.below(2 ** 31),
        shape,
        // A closed root and a frame without the SDK are not looked into: the witness is.
        isOpaque: shape.place === 'frame without',
        load: frame ? 'head' : dice.pick(['head', 'head', 'end', 'late']),
        leave: dice.pick(['at once', 'at once', 'at once', 'flushed', 'dead']),
        meta: dice.chance(0.15) ? ['<meta name="referrer" content="unsafe-url">'] : [],
    };
}
