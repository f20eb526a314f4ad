// The only file that sees where the page is. Everything else gets templates.
//
// Kept of a URL: the registrable domain and one label, path segments that read like words or are in
// the project's list of routes, and a few named parameters whose values are words.

import { detect } from './detectors';
import { isWordLike } from './words';

/** What a page may be called. */
export interface Page {
    /** `https://shop.example.org/orders/:int` */
    url: string;
    domain: string;
    path: string;
    /** utm_source and its like, as far as the project lists them. */
    params: Record<string, string>;
}

const DEFAULT_PARAMS = ['utm_source', 'utm_medium', 'utm_campaign', 'ref'];

/** Behind these stands a person or a secret, whatever it looks like. */
const BEFORE_A_NAME =
    /^(?:u|users?|people|persons?|profiles?|members?|accounts?|customers?|clients?|patients?|contacts?|authors?|teachers?|students?|employees?|invites?|invitations?|join|share|reset|verify|confirm|unsubscribe|token|auth|magic|search|q|tag|tags|s|r|i|p|c|t)$/i;
const ACTIONS =
    /^(?:new|edit|list|all|me|settings|login|logout|signup|password|email|account|billing|done|success|callback|index|search|home)$/;

let routes: readonly string[] = [];
let allowedParams: readonly string[] = DEFAULT_PARAMS;
let hashRouter = false;
let page: Page | undefined;
let pageHref: string | undefined;

/** From verified settings; without them the strictest. */
export function setPlan(newRoutes: readonly string[], newParams: readonly string[]): void {
    routes = newRoutes;
    allowedParams = DEFAULT_PARAMS.concat(newParams);
    pageHref = undefined;
}

export function useHashRouter(): void {
    hashRouter = true;
}

/** What one segment is, when it may not be told. */
function kind(segment: string): string {
    if (/^\d+$/.test(segment)) return ':int';
    if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(segment)) return ':uuid';
    if (/^\d{4}-\d\d(?:-\d\d)?$/.test(segment)) return ':date';
    if (/@|%40/i.test(segment)) return ':email';
    return segment.length > 15 || /eyJ/.test(segment) ? ':token' : ':x';
}

/** The route of the plan that a path follows, if any: `/orders/:int` for `/orders/17`. */
function routeOf(path: string): string | undefined {
    const parts = path.split('/');
    return routes.find((route) => {
        const wanted = route.split('/');
        return (
            wanted.length === parts.length &&
            wanted.every((part, i) => {
                const has = parts[i]!;
                if (part === ':int') return /^\d+$/.test(has);
                return part[0] === ':' ? has !== '' : part === has;
            })
        );
    });
}

export function templatePath(path: string): string {
    const plain = path.replace(/;[^/]*/g, '');
    const route = routeOf(plain);
    if (route !== undefined) return route;
    let before = '';
    const kept = plain
        .split('/')
        .slice(0, 12)
        .map((segment) => {
            const named = BEFORE_A_NAME.test(before) && !ACTIONS.test(segment);
            before = segment;
            if (segment === '' || (isWordLike(segment) && !named)) return segment;
            return kind(segment);
        });
    return kept.join('/') || '/';
}

const SECOND_LEVEL = /^(?:co|com|org|net|gov|edu|ac|or|ne|go|gob|gouv|nic|mil)$/;

/** The registrable domain, by the shape of its labels, and `extra` labels before it. */
export function domainOf(host: string, extra: number): string {
    if (/^[\d.]+$|^\[|:/.test(host)) return 'ip';
    const labels = host.toLowerCase().split('.');
    const last = labels[labels.length - 1] ?? '';
    const isNested = last.length === 2 && SECOND_LEVEL.test(labels[labels.length - 2] ?? '');
    const size = isNested ? 3 : 2;
    const domain = labels.slice(-size);
    const before = labels.slice(0, -size).slice(-1)[0];
    if (extra && before) domain.unshift(isWordLike(before) ? before : ':x');
    return domain.join('.');
}

function paramsOf(search: string): Record<string, string> {
    const kept: [string, string][] = [];
    for (const [name, value] of new URLSearchParams(search.slice(0, 4096))) {
        const lower = value.toLowerCase();
        if (allowedParams.includes(name) && /^[\w -]{1,40}$/.test(lower) && !detect(lower)) {
            kept.push([name, lower]);
        }
    }
    return Object.fromEntries(kept);
}

/** Any URL as a template, '' for one that cannot be read. Of other schemes, only the scheme. */
export function template(raw: string, isOther = false): string {
    try {
        const url = new URL(raw, location.href);
        if (!/^https?:$/.test(url.protocol)) return url.protocol;
        const domain = domainOf(url.hostname, isOther ? 0 : 1);
        return isOther ? domain : `${url.protocol}//${domain}${templatePath(url.pathname)}`;
    } catch {
        return '';
    }
}

/** A link: a path on this origin, the registrable domain of another, the scheme of any other. */
export function templateLink(raw: string): string {
    try {
        const url = new URL(raw, document.baseURI);
        if (url.origin === location.origin && url.origin !== 'null') {
            return templatePath(url.pathname);
        }
        return template(raw, true);
    } catch {
        return '';
    }
}

/** A script of this origin, for stack frames; names of built files lose their hashes. */
export function templateScript(raw: string): string {
    try {
        const url = new URL(raw);
        if (url.origin !== location.origin) return '';
        const parts = url.pathname.split('/');
        const file = /^(.*)(\.\w{1,4})$/.exec(parts.pop()!);
        if (!file) return templatePath(url.pathname);
        const words = file[1]!.split(/[._-]/).map((word) => (isWordLike(word) ? word : '*'));
        return `${templatePath(parts.join('/') || '/').replace(/\/$/, '')}/${words.join('.')}${file[2]}`;
    } catch {
        return '';
    }
}

/** Whether the page has moved since it was last asked for. */
export function hasMoved(): boolean {
    return location.href !== pageHref;
}

/** The page as a template; the location is read once for each place. */
export function currentPage(): Page {
    if (page && !hasMoved()) return page;
    const { href, protocol, hostname, pathname, search, hash } = location;
    pageHref = href;
    const domain = domainOf(hostname, 1);
    let path = templatePath(pathname);
    if (hashRouter && /^#!?\//.test(hash)) {
        path += '#' + templatePath(hash.replace(/^#!?/, '').split('?')[0]!);
    }
    page = { url: `${protocol}//${domain}${path}`, domain, path, params: paramsOf(search) };
    return page;
}

/** Where the person came from: the registrable domain, '' for nowhere and for this site. */
export function referringDomain(): string {
    try {
        const url = new URL(document.referrer);
        return url.host === location.host ? '' : domainOf(url.hostname, 0);
    } catch {
        return '';
    }
}
