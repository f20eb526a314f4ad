// What runs inside the page: the site's own code, the person, and the frameworks between them; and a
// list of all that is posted to other windows, workers and channels. It comes before the SDK.
'use strict';
(() => {
    const posted = [];
    const keep = (value) => {
        try {
            posted.push(typeof value === 'string' ? value : JSON.stringify(value));
        } catch {
            posted.push(String(value));
        }
    };
    for (const place of [window, ...['BroadcastChannel', 'MessagePort', 'Worker']
        .map((name) => window[name]?.prototype)]) {
        const original = place?.postMessage;
        if (!original) continue;
        place.postMessage = function postMessage(...words) {
            keep(words[0]);
            return original.apply(this, words);
        };
    }

    let random; // seeded, for what the page does by chance
    function seed(number) {
        let state = number | 0;
        random = () => {
            state = (state + 0x6d2b79f5) | 0;
            let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
            mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
            return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
        };
    }
    const below = (count) => Math.floor(random() * count);
    const pick = (list) => list[below(list.length)];

    const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
    const pauses = {
        none: () => undefined,
        microtask: () => Promise.resolve(),
        timer: () => sleep(0),
        frame: () => Promise.race([new Promise((done) => requestAnimationFrame(done)), sleep(50)]),
    };

    // ---- Elements by the names that a scenario gave them, whatever became of those since ---------

    const elements = new Map();
    const $ = (selector) => {
        if (elements.has(selector)) return elements.get(selector);
        const [outer, inner] = selector.split('>>');
        const found = inner ? $(outer).shadowRoot.querySelector(inner) : document.querySelector(outer);
        elements.set(selector, found);
        return found;
    };
    const realm = (element) => element.ownerDocument.defaultView ?? window;

    // ---- What a person and a site do ------------------------------------------------------------

    function setValue(field, value) {
        const view = realm(field);
        const type = field instanceof view.HTMLTextAreaElement
            ? view.HTMLTextAreaElement : view.HTMLInputElement;
        Object.getOwnPropertyDescriptor(type.prototype, 'value').set.call(field, value);
    }

    function fire(element, type) {
        const view = realm(element);
        const how = { bubbles: true, composed: true, cancelable: true };
        const Kind = { submit: view.SubmitEvent, click: view.MouseEvent }[type] ?? view.Event;
        element.dispatchEvent(new Kind(type, how));
    }

    const verbs = {
        type(selector, value) {
            const field = $(selector);
            for (let end = value.length > 12 ? value.length : 1; end <= value.length; end++) {
                setValue(field, value.slice(0, end));
                fire(field, 'input');
            }
        },
        set: (selector, name, value) => $(selector).setAttribute(name, value),
        content: (selector, text) => ($(selector).textContent = text),
        fire: (selector, type) => fire($(selector), type),
        click(selector) {
            const element = $(selector);
            const view = realm(element);
            for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
                const Kind = type.startsWith('pointer') ? view.PointerEvent : view.MouseEvent;
                element.dispatchEvent(new Kind(type, { bubbles: true, composed: true, cancelable: true }));
            }
        },
        press: (selector) => $(selector).click(),
        copy(selector) {
            const element = $(selector);
            const view = realm(element);
            const range = element.ownerDocument.createRange();
            range.selectNodeContents(element);
            const selection = view.getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
            const how = { bubbles: true, composed: true, clipboardData: new view.DataTransfer() };
            for (const type of ['copy', 'cut']) element.dispatchEvent(new view.ClipboardEvent(type, how));
            element.ownerDocument.dispatchEvent(new view.ClipboardEvent('copy', how));
        },
        push: (url) => history.pushState({}, '', url),
        replace: (url) => history.replaceState({ url }, '', url),
        hash: (text) => (location.hash = text),
        fetch: (url, how) => void fetch(url, how).catch(() => {}),
        log(...words) {
            console.log(...words);
            console.error(...words);
        },
        async throw(message) {
            setTimeout(() => {
                throw new TypeError(message);
            }, 0);
            await sleep(5);
        },
        async reject(message) {
            void Promise.reject(pick([new Error(message), message, { message }]));
            await sleep(5);
        },
        leave: () => window.dispatchEvent(new PageTransitionEvent('pagehide')),
        script: (code) => new Function(code)(),
    };

    // ---- What a mutant's page is made of --------------------------------------------------------

    function defineElement({ name, inner }) {
        if (customElements.get(name)) return;
        customElements.define(name, class extends HTMLElement {
            connectedCallback() {
                if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).innerHTML = inner;
            }
        });
    }

    function shuffleAttributes(element) {
        const all = [...element.attributes].map(({ name, value }) => [name, value]);
        for (const [name] of all) element.removeAttribute(name);
        while (all.length) element.setAttribute(...all.splice(below(all.length), 1)[0]);
    }

    function decorate(element, canary) {
        const bare = canary.replace(/\s+/g, '-');
        const ways = [
            () => element.setAttribute('title', canary),
            () => element.setAttribute('alt', `of ${canary}`),
            () => element.setAttribute('aria-label', `${canary}, 3 new`),
            () => element.setAttribute('aria-description', canary),
            () => element.setAttribute('placeholder', canary),
            () => element.setAttribute('data-user', canary),
            () => element.setAttribute('data-cd-name', canary),
            () => element.setAttribute('role', canary),
            () => element.setAttribute('data-testid', `row-${canary}`),
            () => element.setAttribute('lang', bare),
            () => element.setAttribute('is', bare.toLowerCase()),
            () => element.setAttribute('style', `--who:"${canary.replace(/["\\]/g, '')}"`),
            () => element.classList.add(`u-${bare}`),
            () => (element.id ||= `user-${canary}`),
            () => element.after(document.createComment(canary)),
            () => element.insertAdjacentHTML('afterend', '<span></span>') ??
                (element.nextElementSibling.textContent = canary),
        ];
        pick(ways)();
    }

    function splitTexts(root) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        const texts = [];
        while (walker.nextNode()) texts.push(walker.currentNode);
        for (const text of texts) {
            if (text.length < 4 || /^(?:SCRIPT|STYLE|OPTION|TEXTAREA)$/.test(text.parentNode.nodeName)) {
                continue;
            }
            const rest = text.splitText(1 + below(text.length - 2));
            const wrapper = document.createElement(pick(['span', 'b', 'font', 'i', 'slot']));
            rest.replaceWith(wrapper);
            wrapper.append(rest);
        }
    }

    /** Frameworks write what people type into the document, each in its own way. */
    function control(field, framework) {
        const mirror = {
            react() {
                field.setAttribute('value', field.value);
                field.__reactProps$bench = { value: field.value };
            },
            vue() {
                field._value = field.value;
                (field.closest('form,div') ?? field).dataset.model = field.value;
            },
            kit() {
                const host = field.getRootNode().host;
                host.setAttribute('value', field.value);
                host.setAttribute('aria-valuetext', field.value);
            },
            rerender() {
                if (!field.value || field.isReplaced) return;
                const next = field.cloneNode(true);
                next.setAttribute('value', field.value);
                if (next.type === 'password') next.type = 'text';
                for (const [name, element] of elements) {
                    if (element === field) elements.set(name, next);
                }
                field.isReplaced = true;
                field.replaceWith(next);
            },
        }[framework];
        if (framework === 'kit') {
            const host = document.createElement('x-field');
            field.replaceWith(host);
            host.attachShadow({ mode: 'open' }).append(field);
        }
        field.addEventListener('input', mirror);
        if (field.value) mirror();
    }

    function addTwins(count) {
        const all = [...elements.values()].filter((element) => element?.isConnected);
        for (let i = 0; i < count && all.length; i++) {
            const one = pick(all);
            const twin = one.cloneNode(true);
            if (below(2)) one.after(twin);
            else one.before(twin);
        }
    }

    function wrap(content, tags) {
        let top = content;
        for (const tag of tags) {
            const wrapper = document.createElement(tag);
            wrapper.append(top);
            top = wrapper;
        }
        return top;
    }

    async function place(content, where) {
        if (where === 'document') return document.body.append(content);
        if (where === 'open' || where === 'closed') {
            const host = document.createElement('x-place');
            document.body.append(host);
            return host.attachShadow({ mode: where }).append(content);
        }
        const frame = document.createElement('iframe');
        const loaded = new Promise((done) => (frame.onload = done));
        frame.src = where.address;
        document.body.append(frame);
        await loaded;
        frame.contentDocument.body.append(frame.contentDocument.adoptNode(content));
        return undefined;
    }

    function adorn(shape) {
        const { canaries } = shape;
        for (const element of [...document.body.querySelectorAll('*')]) {
            if (/^(?:SCRIPT|STYLE|OPTION)$/.test(element.nodeName)) continue;
            if (shape.decorated && random() < 0.6) decorate(element, pick(canaries));
        }
        const label = document.createElement('label');
        label.textContent = shape.words.join(' ');
        label.setAttribute('for', shape.words[0]);
        document.body.prepend(label);
        for (const field of document.body.querySelectorAll('input,textarea,select')) {
            if (shape.isRenamed) field.setAttribute('name', pick(shape.words));
            if (shape.isRenamed && below(2)) field.setAttribute('id', pick(shape.words));
        }
    }

    async function reshape(shape) {
        document.documentElement.lang = shape.language;
        adorn(shape);
        addTwins(shape.twins);
        if (shape.framework !== 'none') {
            for (const field of document.body.querySelectorAll('input,textarea')) {
                if (!/^(?:hidden|submit|button)$/.test(field.type)) control(field, shape.framework);
            }
        }
        if (shape.isSplit) splitTexts(document.body);
        if (shape.isShuffled) [...document.body.querySelectorAll('*')].forEach(shuffleAttributes);
        if (shape.tags.length || shape.place !== 'document') {
            const content = document.createDocumentFragment();
            content.append(...[...document.body.childNodes].filter((node) => node.id !== 'witness'));
            await place(wrap(content, shape.tags), shape.place);
        }
    }

    const noises = [
        (element) => fire(element, 'focusin'),
        (element) => fire(element, 'blur'),
        (element) => fire(element, 'input'),
        (element) => fire(element, 'change'),
        (element) => fire(element, 'mousemove'),
        (element) => fire(element, 'scroll'),
        (element, canary) => element.dispatchEvent(new KeyboardEvent('keydown', {
            key: canary[0], bubbles: true, composed: true,
        })),
        (element, canary) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', canary);
            element.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData }));
        },
        (element, canary) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.setData('text/plain', canary);
            element.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer }));
        },
        (element, canary) => element.dispatchEvent(new CustomEvent('pay', {
            detail: { canary }, bubbles: true, composed: true,
        })),
        (element, canary) => verbs.throw(`cannot save ${canary}: "${canary}" is taken`),
        (element, canary) => verbs.reject(`no ${canary}`),
        (element, canary) => verbs.log({ canary }, canary),
        (element, canary) => (window.state = { user: canary }),
        (element, canary) => (document.title = `${canary} - inbox`),
    ];

    async function load(start) {
        const script = document.createElement('script');
        script.src = '/sdk.js';
        const loaded = new Promise((done) => (script.onload = done));
        document.head.append(script);
        await loaded;
        new Function(start)();
    }

    async function play(definition) {
        seed(definition.seed);
        const { steps, shape, late, settleMs } = definition;
        document.addEventListener('click', (event) => event.preventDefault());
        if (definition.element) defineElement(definition.element);
        for (const [verb, selector] of steps) {
            const isOfElement = verbs[verb] && /^(?:type|set|content|fire|click|press|copy)$/.test(verb);
            if (isOfElement) $(selector);
        }
        if (shape) await reshape(shape);
        if (!late) await sleep(settleMs);
        let isLoaded = !late;
        for (const [verb, ...words] of steps) {
            if (!isLoaded && /^(?:click|press|fire|copy)$/.test(verb)) {
                await load(late);
                await sleep(settleMs);
                isLoaded = true;
            }
            if (shape && random() < shape.noise) {
                const element = pick([...elements.values(), document.body]) ?? document.body;
                await pick(noises)(element, pick(shape.canaries));
            }
            await pauses[shape?.pause ?? 'none']();
            await verbs[verb](...words);
        }
        if (!isLoaded) await load(late);
        const witness = document.getElementById('witness');
        if (witness) verbs.press('#witness');
    }

    async function stored() {
        const all = [document.cookie];
        for (const name of ['localStorage', 'sessionStorage']) {
            try {
                all.push(JSON.stringify(Object.entries(window[name])));
            } catch {
                // Refused: then nothing is in it.
            }
        }
        for (const { name } of await indexedDB.databases()) {
            const base = await new Promise((done, fail) => {
                const asked = indexedDB.open(name);
                asked.onsuccess = () => done(asked.result);
                asked.onerror = fail;
            });
            for (const store of base.objectStoreNames) {
                const rows = await new Promise((done, fail) => {
                    const asked = base.transaction(store).objectStore(store).getAll();
                    asked.onsuccess = () => done(asked.result);
                    asked.onerror = fail;
                });
                all.push(JSON.stringify(rows));
            }
            base.close();
        }
        for (const name of window.caches ? await caches.keys() : []) {
            const cache = await caches.open(name);
            for (const { url } of await cache.keys()) all.push(url);
        }
        return all.join('\n');
    }

    async function forget() {
        localStorage.clear();
        sessionStorage.clear();
        for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
    }

    window.bench = { play, stored, forget, posted: () => posted.join('\n') };
})();
