// The only file that reads the document. It asks getters of prototypes, taken when the SDK loads:
// a form whose field is called "tagName" cannot lie to those.
//
// What it gives out is structure: tags, roles, lengths. The text of an element leaves this file
// only to be looked up in the dictionary; no value and no other attribute leaves it at all.

import { normalize } from './dictionary';
import type { Properties } from './filter';
import { ask, native } from './natives';

const CHAIN_MAX = 256;
const TEXT_MAX = 80;
const DATA_MAX = 9999; // of one text node; beyond stands more than white space
const CONTROLS_MAX = 200;

function ofRoles(roles: string[]): string {
    return roles.map((role) => `[role=${role}]`).join();
}

const nodeType = native('Node', 'nodeType');
const parentNode = native('Node', 'parentNode');
const firstChild = native('Node', 'firstChild');
const nextSibling = native('Node', 'nextSibling');
const rootOf = native('Node', 'getRootNode');
const data = native('CharacterData', 'data');
const localName = native('Element', 'localName');
const matches = native('Element', 'matches');
const closest = native('Element', 'closest');
const attribute = native('Element', 'getAttribute');
const query = native('Element', 'querySelector');
const queryAll = native('Element', 'querySelectorAll');
const shadowRoot = native('Element', 'shadowRoot');
const shadowHost = native('ShadowRoot', 'host');
const isContentEditable = native('HTMLElement', 'isContentEditable');
const hrefOf = native('HTMLAnchorElement', 'href');
const eventTarget = native('Event', 'target');
const composedPath = native('Event', 'composedPath');

const EXCLUDED = '[data-cd-exclude],.cd-exclude,.ph-no-capture,.mp-no-track';
const INCLUDED = '[data-cd-include]';
const VALUED =
    'input,textarea,select,option,optgroup,datalist,output,meter,progress,object,embed,param';
/** Those of them that can hold a secret. */
const TYPED = 'input,textarea,select';
/** Neither the text of these, nor of anything in them. */
const UNREAD =
    `${VALUED},${EXCLUDED},script,style,iframe,noscript,svg,` +
    ofRoles('textbox searchbox combobox spinbutton listbox option'.split(' ')) +
    ',[contenteditable]:not([contenteditable=false]),.CodeMirror,.cm-editor,.monaco-editor,' +
    '.ProseMirror,.ql-editor';
const ROLES = 'button link tab menuitem checkbox radio switch'.split(' ');
const INTERACTIVE = 'a,button,summary,label,input,select,textarea,' + ofRoles(ROLES);
const SECRET =
    '[type=password i],[autocomplete*=password i],[autocomplete*=one-time i],[autocomplete*=cc- i]';

/** What may be known of an element that someone did something with. */
export interface Seen {
    /** What may be told of it, '' where nothing may; near a secret field only what it is. */
    own: Properties;
    element: Element;
    /** As the page wrote them: for the closed lists alone. */
    role: string;
    type: string;
    /** It, and what it is inside of; nothing where that may not be told. */
    chain: Element[];
    /** Where a link leads: for `url` alone, when there is time for that. */
    href: string;
    /** Text as it stands and developer's label, for the dictionary alone; '' where none may be read. */
    text: string;
    label: string;
    isInteractive: boolean;
    /** May the hash of its text be reported? Not in a form, and not beside a secret. */
    isPublic: boolean;
}

// Places of fields that were secret once: they stay so, and so does whatever replaces them there.
const secretSlots = new Set<string>();

/** The element whose open shadow root a node is. */
function hostOf(root: Node): Element | undefined {
    return nodeType(root) === 11 ? ask(() => shadowHost(root)) : undefined;
}

/** An element and all it is inside of, through open shadow roots. */
function chainOf(element: Element): Element[] {
    const chain: Element[] = [];
    for (let at: Node | undefined = element; at; at = parentNode(at) ?? hostOf(at)) {
        if (chain.length > CHAIN_MAX) throw 0;
        if (nodeType(at) === 1) chain.push(at as Element);
    }
    return chain;
}

/** The first of an element and all it is inside of, through open shadow roots. */
function find(element: Element, selector: string): Element | undefined {
    const found = closest(element, selector);
    const host = found ? undefined : hostOf(rootOf(element));
    return host ? find(host, selector) : found;
}

/**
 * What an event is about, through open shadow roots: its path is asked for only where its target has one.
 * What is no element has none to ask for, and is nothing.
 */
export function targetOf(event: Event): Element | undefined {
    return ask(() => {
        const target = eventTarget(event);
        const first = shadowRoot(target) ? composedPath(event)[0] : target;
        return nodeType(first) === 1 ? first : undefined;
    });
}

function tagOf(element: Element): string {
    const tag = localName(element);
    return /^[a-z][a-z0-9]{0,15}$/i.test(tag) ? tag : 'custom';
}

// ---- Secret fields ---------------------------------------------------------------------------

function fieldsOf(group: Element, selector = VALUED): Element[] {
    return [...queryAll(group, selector)].slice(0, CONTROLS_MAX);
}

/** The place of a field: the path of its form, and its name or position in there. */
function slotOf(field: Element): string {
    const form = find(field, 'form') ?? chainOf(field)[1] ?? field;
    const name = attribute(field, 'name') || fieldsOf(form).indexOf(field);
    return chainOf(form).map(tagOf).join() + name;
}

/** Whether a field holds a secret, or once did: also when it has another type now. */
export function isSecret(field: Element, wasSecret?: boolean): boolean {
    if (!matches(field, VALUED)) return false;
    const slot = slotOf(field);
    const { webkitTextSecurity = 'none' } = getComputedStyle(field) as any;
    if (wasSecret || matches(field, SECRET) || webkitTextSecurity !== 'none') secretSlots.add(slot);
    return secretSlots.has(slot);
}

/**
 * A form, dialog or neighbourhood holds a secret field. A style is not asked for: that would lay out the
 * page in the middle of a click. A list of fields is made only where there are any: most have none.
 */
function holdsSecret(group: Element): boolean {
    const has = (selector: string) => !!query(group, selector);
    return has(SECRET) || (secretSlots.size > 0 && has(TYPED) &&
        fieldsOf(group, TYPED).some((field) => secretSlots.has(slotOf(field))));
}

/** Remember every password field, also those that stop being one later. */
export function watchSecrets(): void {
    const scan = () => {
        for (const field of document.querySelectorAll(SECRET)) isSecret(field);
    };
    scan();
    addEventListener('DOMContentLoaded', scan);
    new MutationObserver((changes) => {
        for (const { target, oldValue } of changes) {
            ask(() => isSecret(target as Element, /password|one-time|cc-/i.test(oldValue!)));
        }
    }).observe(document, {
        subtree: true, attributeFilter: ['type', 'autocomplete'], attributeOldValue: true,
    });
}

// ---- Elements --------------------------------------------------------------------------------

/**
 * At most a little more text than could be in the dictionary; what may not be read counts not. White
 * space is folded only where it could matter here: whoever reads the text folds it later. What was
 * not read to its end is longer than any text of the dictionary: a part is not the text.
 */
function textOf(element: Element): string {
    let text = '';
    let nodes = 0;
    const walk = (node: Node): void => {
        for (let child = firstChild(node); child; child = nextSibling(child)) {
            if (text.length > TEXT_MAX) text = text.replace(/\s+/g, ' ');
            if (++nodes > 99) text = text.padEnd(99, '.');
            if (text.length > TEXT_MAX) return;
            const type = nodeType(child);
            if (type === 3) text += data(child).slice(0, DATA_MAX);
            else if (type === 1 && !matches(child, UNREAD)) walk(child);
        }
    };
    walk(element);
    return text;
}

function sizeClass(length: number): string {
    return length > TEXT_MAX ? 'long' : length > 20 ? 'medium' : length ? 'short' : '';
}

/** What may be known of an element, or undefined when the page excludes it. */
export function look(target: Element): Seen | undefined {
    const unread = find(target, UNREAD); // the excluded are among them
    if (unread && find(target, EXCLUDED)) return undefined;
    const interactive = find(target, INTERACTIVE);
    const element = interactive ?? target;
    const chain = chainOf(element);
    const form = find(element, 'form,dialog,fieldset');
    const group = form ?? chain[3] ?? chain[chain.length - 1]!;
    const isSilent = holdsSecret(group);
    return {
        own: { $mp_autocapture: true },
        element,
        chain: isSilent ? [] : chain,
        role: attribute(element, 'role'),
        type: attribute(element, 'type'),
        href: (localName(element) === 'a' && !isSilent && ask(() => hrefOf(element))) || '',
        text: unread || ask(() => isContentEditable(target)) ? '' : textOf(element),
        label: attribute(element, 'data-cd-name') ?? '',
        isInteractive: !!interactive && !(unread && matches(element, VALUED)),
        isPublic: !isSilent && !(form && find(form, 'form')),
    };
}

/** Adds to `own` what cannot have changed since: for when there is time. */
export function describe({ own, element, role, type, chain, text }: Seen): void {
    const tag = tagOf(element);
    own.$el_tag_name = tag;
    own.$el_role = ROLES.includes(role) ? role : '';
    own.$el_type = tag === 'button' && /^(?:button|submit|reset)$/.test(type) ? type : '';
    own.$el_path = chain.slice(0, 12).map(tagOf).join('<');
    own.$el_text_length = chain[0] ? sizeClass(normalize(text).length) : '';
}

/** The page marks it as static text. */
export function isIncluded(element: Element): boolean {
    return !!find(element, INCLUDED);
}

/** How far down the page has been seen, in percent. */
export function scrollPercent(): number {
    const room = document.documentElement.scrollHeight - innerHeight;
    return room > 0 ? Math.min(100, Math.round((100 * scrollY) / room)) : 100;
}
