// The only file that reads the document. It asks getters of prototypes, taken when the SDK loads:
// a form whose field is called "tagName" cannot lie to those.
//
// What it gives out is structure: tags, roles, lengths. The text of an element leaves this file
// only to be looked up in the dictionary; no value and no other attribute leaves it at all.

import { templateLink } from './url';

const CHAIN_MAX = 256;
const TEXT_MAX = 80;
const CONTROLS_MAX = 200;

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
const firstChild = getter('Node', 'firstChild');
const nextSibling = getter('Node', 'nextSibling');
const rootOf = method('Node', 'getRootNode');
const data = getter('CharacterData', 'data');
const localName = getter('Element', 'localName');
const matches = method('Element', 'matches');
const closest = method('Element', 'closest');
const attribute = method('Element', 'getAttribute');
const queryAll = method('Element', 'querySelectorAll');
const queryDocument = method('Document', 'querySelectorAll');
const shadowHost = getter('ShadowRoot', 'host');
const isContentEditable = getter('HTMLElement', 'isContentEditable');
const composedPath = method('Event', 'composedPath');
const clientX = getter('MouseEvent', 'clientX');
const clientY = getter('MouseEvent', 'clientY');

const EXCLUDED =
    '[data-cd-exclude],.cd-exclude,.ph-no-capture,.mp-no-track,.fs-exclude,.rr-block,[data-dd-privacy=hidden]';
const INCLUDED = '[data-cd-include],.cd-include';
const VALUED =
    'input,textarea,select,option,optgroup,datalist,output,meter,progress,object,embed,param';
const UNREAD = VALUED + ',script,style,iframe,frame,noscript,template,canvas,svg,video,audio';
const EDITABLE =
    '[contenteditable]:not([contenteditable=false]),[role=textbox],[role=searchbox],[role=combobox],' +
    '[role=spinbutton],[role=listbox],[role=option],.ProseMirror,.ql-editor,.CodeMirror,.cm-editor,' +
    '.monaco-editor,.ck-content,.tox-edit-area,.DraftEditor-root,.fr-element,.trix-content';
const INTERACTIVE =
    'a,button,summary,label,input,select,textarea,option,[role=button],[role=link],[role=tab],' +
    '[role=menuitem],[role=checkbox],[role=radio],[role=switch],[role=option]';
const ROLES =
    /^(?:button|link|tab|menuitem|checkbox|radio|switch|option|treeitem|gridcell|row|cell|dialog|tabpanel|navigation|search|listitem|menu|menuitemcheckbox|menuitemradio|slider|spinbutton|textbox|combobox|searchbox|listbox|img|article|main|banner|heading)$/;
const SECRET =
    'input[type=password i],[autocomplete*=password i],[autocomplete*=one-time-code i],[autocomplete*="cc-" i]';

/** What may be known of an element that someone did something with. */
export interface Seen {
    element: Element;
    tag: string;
    role: string;
    type: string;
    /** A template, of a link only. */
    link: string;
    /** Tags from the element up to the body, '' near a field that is never captured. */
    path: string;
    /** Text and developer's label, for the dictionary alone; '' where none may be read. */
    text: string;
    label: string;
    lengthClass: string;
    isInteractive: boolean;
    isIncluded: boolean;
    isInForm: boolean;
}

// Fields that were secret once stay so, and so does whatever replaces them in the same place.
const secretFields = new WeakSet<Element>();
const secretSlots = new Set<string>();

export function isElement(node: unknown): node is Element {
    try {
        return nodeType(node) === 1;
    } catch {
        return false;
    }
}

function parentOf(node: Node): Node | null {
    const parent = parentNode(node);
    if (parent && nodeType(parent) === 11) {
        try {
            return shadowHost(parent);
        } catch {
            return null;
        }
    }
    return parent;
}

/** The nearest match in the tree of the element, or outside of its shadow roots. */
function nearest(element: Element, selector: string): Element | null {
    for (let at: Element | null = element, turn = 0; at; turn++) {
        if (turn > CHAIN_MAX) throw new RangeError();
        const found = closest(at, selector);
        if (found) return found;
        const root = rootOf(at);
        at = nodeType(root) === 11 ? shadowHostOf(root) : null;
    }
    return null;
}

function shadowHostOf(root: Node): Element | null {
    try {
        return shadowHost(root);
    } catch {
        return null; // a fragment that is in no document
    }
}

/** What an event is about, through open shadow roots. */
export function targetOf(event: Event): Element | null {
    const first = composedPath(event)[0];
    return isElement(first) ? first : null;
}

export function pointOf(event: Event): [number, number] {
    return [clientX(event), clientY(event)];
}

function tagOf(element: Element): string {
    const tag = String(localName(element));
    return /^[a-z][a-z0-9]{0,15}$/i.test(tag) ? tag : 'custom';
}

function chainOf(element: Element): Element[] {
    const chain: Element[] = [];
    for (let at: Node | null = element; at; at = parentOf(at)) {
        if (chain.length > CHAIN_MAX) throw new RangeError();
        if (isElement(at)) chain.push(at);
    }
    return chain;
}

// ---- Secret fields ---------------------------------------------------------------------------

function slotOf(field: Element): string {
    const form = closest(field, 'form') as Element | null;
    const where = chainOf(form ?? field).map(tagOf).join('<');
    let position = 0;
    for (const other of queryAll(form ?? (parentNode(field) as Element), VALUED)) {
        if (other === field) break;
        position++;
    }
    return `${where} ${attribute(field, 'name') || position}`;
}

export function remember(field: Element): void {
    secretFields.add(field);
    if (secretSlots.size < 1000) secretSlots.add(slotOf(field));
}

/** Look at a field that was touched; true when it is, or was, one that holds a secret. */
export function isSecretField(field: Element): boolean {
    if (!matches(field, VALUED)) return false;
    if (secretFields.has(field)) return true;
    const isHidden = () => {
        const security = (getComputedStyle(field) as any).webkitTextSecurity;
        return security && security !== 'none';
    };
    if (matches(field, SECRET) || secretSlots.has(slotOf(field)) || isHidden()) {
        remember(field);
        return true;
    }
    return false;
}

/** The form, dialog or neighbourhood of an element holds a secret field. */
function isNearSecret(element: Element): boolean {
    let group = nearest(element, 'form,dialog,fieldset') as Node | null;
    if (!group) {
        group = element;
        for (let i = 0; i < 3; i++) {
            const parent = parentOf(group!);
            if (isElement(parent)) group = parent;
        }
    }
    const fields: ArrayLike<Element> = queryAll(group, VALUED);
    for (let i = 0; i < fields.length && i < CONTROLS_MAX; i++) {
        const field = fields[i]!;
        if (secretFields.has(field) || matches(field, SECRET)) return true;
        if (secretSlots.size && secretSlots.has(slotOf(field))) return true;
    }
    return false;
}

/** Remember every password field, also those that stop being one later. */
export function watchSecrets(): void {
    const scan = () => {
        for (const field of queryDocument(document, SECRET)) remember(field);
    };
    scan();
    document.addEventListener('DOMContentLoaded', scan);
    new MutationObserver((changes) => {
        for (const { target, oldValue } of changes) {
            const was = /password|one-time-code|cc-/i.test(oldValue ?? '');
            try {
                if (isElement(target) && (was || matches(target, SECRET))) remember(target);
            } catch {
                // A node in no document has no place to remember.
            }
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
    const walk = (node: Node, depth: number): void => {
        for (let at = firstChild(node); at && depth < 32; at = nextSibling(at)) {
            if (text.length > TEXT_MAX || ++nodes > 100) return;
            const type = nodeType(at);
            if (type === 3) text += data(at).slice(0, 2 * TEXT_MAX);
            else if (type === 1 && !matches(at, `${UNREAD},${EXCLUDED},${EDITABLE}`)) {
                walk(at, depth + 1);
            }
        }
    };
    walk(element, 0);
    return text.replace(/\s+/g, ' ').trim();
}

function lengthClassOf(text: string): string {
    const { length } = text;
    return !length ? 'none' : length <= 20 ? 'short' : length <= TEXT_MAX ? 'medium' : 'long';
}

/** What may be known of an element, or null when the page excludes it. */
export function look(target: Element): Seen | null {
    if (nearest(target, EXCLUDED)) return null;
    const interactive = nearest(target, INTERACTIVE);
    const element = interactive ?? target;
    const tag = tagOf(element);
    const isSilent = isNearSecret(element);
    const isReadable =
        !nearest(target, EDITABLE) && !isEditable(target) && !nearest(element, UNREAD);
    const role = attribute(element, 'role') ?? '';
    const type = attribute(element, 'type') ?? '';
    const text = isReadable ? textOf(element) : '';
    return {
        element,
        tag,
        role: ROLES.test(role) ? role : '',
        type: tag === 'button' && /^(?:button|submit|reset)$/.test(type) ? type : '',
        link: tag === 'a' && !isSilent ? templateLink(attribute(element, 'href') ?? '') : '',
        path: isSilent ? '' : chainOf(element).slice(0, 12).map(tagOf).join('<'),
        text: text.length <= TEXT_MAX ? text : '',
        label: attribute(element, 'data-cd-name') ?? '',
        lengthClass: isReadable && !isSilent ? lengthClassOf(text) : '',
        isInteractive: !!interactive && !matches(element, VALUED),
        isIncluded: !!nearest(element, INCLUDED),
        isInForm: !!nearest(element, 'form'),
    };
}

function isEditable(element: Element): boolean {
    try {
        return isContentEditable(element);
    } catch {
        return false; // no HTML element: it cannot be edited
    }
}

/** How far down the page has been seen, in percent. */
export function scrollPercent(): number {
    const page = document.scrollingElement ?? document.documentElement;
    const room = page.scrollHeight - innerHeight;
    return room > 0 ? Math.min(100, Math.max(0, Math.round((100 * scrollY) / room))) : 100;
}
