// The only file that reads the document. It asks getters of prototypes, taken when the SDK loads:
// a form whose field is called "tagName" cannot lie to those.
//
// What it gives out is structure: tags, roles, lengths. The text of an element leaves this file
// only to be looked up in the dictionary; no value and no other attribute leaves it at all.

import type { Properties } from './filter';
import { templateLink } from './url';

const CHAIN_MAX = 256;
const TEXT_MAX = 80;
const CONTROLS_MAX = 200;

function ofRoles(roles: string): string {
    return roles
        .split(' ')
        .map((role) => `[role=${role}]`)
        .join();
}

type Getter = (of: unknown) => any;

const { apply, getOwnPropertyDescriptor } = Reflect;

function prototypeOf(type: string): any {
    return ((globalThis as any)[type] ?? Object).prototype;
}

function getter(type: string, name: string): Getter {
    const get = getOwnPropertyDescriptor(prototypeOf(type), name)?.get;
    return (of) => apply(get!, of, []);
}

function method(type: string, name: string): (of: unknown, ...words: unknown[]) => any {
    const call = prototypeOf(type)[name];
    return (of, ...words) => apply(call, of, words);
}

const nodeType = getter('Node', 'nodeType');
const parentNode = getter('Node', 'parentNode');
const childNodes = getter('Node', 'childNodes');
const data = getter('CharacterData', 'data');
const localName = getter('Element', 'localName');
const matches = method('Element', 'matches');
const attribute = method('Element', 'getAttribute');
const queryAll = method('Element', 'querySelectorAll');
const shadowHost = getter('ShadowRoot', 'host');
const isContentEditable = getter('HTMLElement', 'isContentEditable');
const composedPath = method('Event', 'composedPath');
const clientX = getter('MouseEvent', 'clientX');
const clientY = getter('MouseEvent', 'clientY');

const EXCLUDED = '[data-cd-exclude],.cd-exclude,.ph-no-capture,.mp-no-track';
const CLASSES = ['short', 'medium', 'long'];
const INCLUDED = '[data-cd-include]';
const VALUED =
    'input,textarea,select,option,optgroup,datalist,output,meter,progress,object,embed,param';
/** Neither the text of these, nor of anything in them. */
const UNREAD =
    `${VALUED},${EXCLUDED},script,style,iframe,noscript,svg,` +
    ofRoles('textbox searchbox combobox spinbutton listbox option') +
    ',[contenteditable]:not([contenteditable=false]),.CodeMirror,.cm-editor,.monaco-editor,' +
    '.ProseMirror,.ql-editor';
const ROLES = 'button link tab menuitem checkbox radio switch';
const INTERACTIVE = 'a,button,summary,label,input,select,textarea,' + ofRoles(ROLES);
const SECRET =
    '[type=password i],[autocomplete*=password i],[autocomplete*=one-time i],[autocomplete*=cc- i]';

/** What may be known of an element that someone did something with. */
export interface Seen {
    /** What may be told of it, '' where nothing may; near a secret field only what it is. */
    own: Properties;
    /** Text and developer's label, for the dictionary alone; '' where none may be read. */
    text: string;
    label: string;
    isInteractive: boolean;
    isIncluded: boolean;
    isInForm: boolean;
}

// Places of fields that were secret once: they stay so, and so does whatever replaces them there.
const secretSlots = new Set<string>();

/** What a getter says of something that may not be of its kind. */
function ask<T>(get: Getter, of: unknown): T | undefined {
    try {
        return get(of);
    } catch {
        return undefined;
    }
}

function isElement(node: unknown): node is Element {
    return ask(nodeType, node) === 1;
}

/** An element and all it is inside of, through open shadow roots. */
function chainOf(element: Element): Element[] {
    const chain: Element[] = [];
    for (let at: Node | null = element; at; ) {
        if (chain.length > CHAIN_MAX) throw 0;
        if (isElement(at)) chain.push(at);
        at = parentNode(at) ?? ask<Element>(shadowHost, at) ?? null;
    }
    return chain;
}

function find(chain: Element[], selector: string): Element | undefined {
    return chain.find((element) => matches(element, selector));
}

/** What an event is about, through open shadow roots. */
export function targetOf(event: Event): Element | undefined {
    const first = composedPath(event)[0];
    return isElement(first) ? first : undefined;
}

export function pointOf(event: Event): [number, number] {
    return [clientX(event), clientY(event)];
}

function tagOf(element: Element): string {
    const tag = localName(element);
    return /^[a-z][a-z0-9]{0,15}$/i.test(tag) ? tag : 'custom';
}

// ---- Secret fields ---------------------------------------------------------------------------

function fieldsOf(group: Element): Element[] {
    return [...queryAll(group, VALUED)].slice(0, CONTROLS_MAX);
}

/** The place of a field: the path of its form, and its name or position in there. */
function slotOf(field: Element): string {
    const chain = chainOf(field);
    const form = find(chain, 'form') ?? chain[1] ?? field;
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

/** The form, dialog or neighbourhood of an element holds a secret field. */
function isNearSecret(chain: Element[]): boolean {
    const group = find(chain, 'form,dialog,fieldset') ?? chain[3] ?? chain[chain.length - 1]!;
    const fields = fieldsOf(group);
    return !!find(fields, SECRET) || (!!secretSlots.size && fields.some((field) => isSecret(field)));
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
            ask(() => isSecret(target as Element, /password|one-time|cc-/i.test(oldValue!)), 0);
        }
    }).observe(document, {
        subtree: true, attributeFilter: ['type', 'autocomplete'], attributeOldValue: true,
    });
}

// ---- Elements --------------------------------------------------------------------------------

/** At most a little more text than could be in the dictionary; what may not be read counts not. */
function textOf(element: Element): string {
    let text = '';
    let nodes = 0;
    const walk = (node: Node): void => {
        for (const child of childNodes(node)) {
            if (text.length > TEXT_MAX || ++nodes > 99) return;
            if (nodeType(child) === 3) text += data(child).slice(0, 2 * TEXT_MAX);
            else if (isElement(child) && !matches(child, UNREAD)) walk(child);
        }
    };
    walk(element);
    return text.replace(/\s+/g, ' ').trim();
}

/** What may be known of an element, or undefined when the page excludes it. */
export function look(target: Element): Seen | undefined {
    const outer = chainOf(target);
    if (find(outer, EXCLUDED)) return undefined;
    const interactive = find(outer, INTERACTIVE);
    const element = interactive ?? target;
    const chain = chainOf(element);
    const tag = tagOf(element);
    const isSilent = isNearSecret(chain);
    const isReadable = !find(outer, UNREAD) && !ask(isContentEditable, target);
    const [role, type, href] = ['role', 'type', 'href'].map((name) => attribute(element, name) ?? '');
    const text = isReadable ? textOf(element) : '';
    const { length } = text;
    return {
        own: {
            $mp_autocapture: true,
            $el_tag_name: tag,
            $el_role: ROLES.split(' ').includes(role) ? role : '',
            $el_type: tag === 'button' && /^(?:button|submit|reset)$/.test(type) ? type : '',
            $el_attr__href: tag === 'a' && !isSilent ? templateLink(href) : '',
            $el_path: isSilent ? '' : chain.slice(0, 12).map(tagOf).join('<'),
            $el_text_length: isSilent || !length ? '' : CLASSES[+(length > 20) + +(length > TEXT_MAX)]!,
        },
        text: length > TEXT_MAX ? '' : text,
        label: attribute(element, 'data-cd-name') ?? '',
        isInteractive: !!interactive && !matches(element, VALUED),
        isIncluded: !!find(chain, INCLUDED),
        isInForm: !!find(chain, 'form'),
    };
}

/** How far down the page has been seen, in percent. */
export function scrollPercent(): number {
    const room = document.documentElement.scrollHeight - innerHeight;
    return room > 0 ? Math.min(100, Math.round((100 * scrollY) / room)) : 100;
}
