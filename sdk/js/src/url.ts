// The only file that sees where the page is. Everything else gets templates.
//
// Kept of a URL: the registrable domain and one label, path segments that read like words or are in
// the project's list of routes, and a few named parameters whose values are words.

import { detect, UUID } from './detectors';
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
    /^(?:u|users?|people|persons?|profiles?|members?|accounts?|customers?|clients?|patients?|invites?|share|reset|verify|search)$/i;

let routes: readonly string[] = [];
let allowedParams: readonly string[] = DEFAULT_PARAMS;
let page: Page | undefined;
let pageHref: string | undefined;

/** From verified settings; without them the strictest. */
export function setPlan(newRoutes: readonly string[], newParams: readonly string[]): void {
    routes = newRoutes;
    allowedParams = DEFAULT_PARAMS.concat(newParams);
    pageHref = undefined;
}

/** What one segment is, when it may not be told. */
function kind(segment: string): string {
    if (/^\d+$/.test(segment)) return ':int';
    if (!segment.replace(UUID, '')) return ':uuid';
    if (/^\d{4}-\d\d(?:-\d\d)?$/.test(segment)) return ':date';
    if (/@|%40/i.test(segment)) return ':email';
    return segment.length > 15 || /eyJ/.test(segment) ? ':token' : ':x';
}

/** The route of the plan that a path follows, if any: `/orders/:int` for `/orders/17`. */
function routeOf(parts: string[]): string | undefined {
    return routes.find((route) => {
        const wanted = route.split('/');
        const fits = (part: string, i: number) =>
            part[0] !== ':' ? part === parts[i] : part === ':int' ? +parts[i]! >= 0 : parts[i];
        return wanted.length === parts.length && wanted.every(fits);
    });
}

/** Names of files lose the hashes of their builds. */
const FILE = /^(.+)(\.(?:m?js|html?|php|aspx?))$/;

function wordOrStar(word: string): string {
    return isWordLike(word) ? word : '*';
}

export function templatePath(path: string): string {
    const parts = path.replace(/;[^/]*/g, '').split('/').slice(0, 12);
    const tell = (segment: string, i: number) => {
        const [, stem = segment, ending = ''] = FILE.exec(segment) ?? [];
        if (!segment || (isWordLike(stem) && !BEFORE_A_NAME.test(parts[i - 1]!))) return segment;
        return ending ? stem.split(/[._-]/).map(wordOrStar).join('.') + ending : kind(segment);
    };
    return routeOf(parts) ?? parts.map(tell).join('/');
}

const SECOND_LEVEL = /^(?:com?|org?|net?|gov|edu|ac)$/;

/** The registrable domain, by the shape of its labels, and `extra` labels before it. */
export function domainOf(host: string, extra: number): string {
    if (/^[\d.]+$|:/.test(host)) return ':ip';
    const labels = host.split('.');
    const [second = '', last = ''] = labels.slice(-2);
    const size = last.length === 2 && SECOND_LEVEL.test(second) ? 3 : 2;
    return labels.slice(-size - extra).join('.');
}

function paramsOf(search: string): Record<string, string> {
    const params = new URLSearchParams(search);
    const all = allowedParams.map((name) => [name, (params.get(name) ?? '').toLowerCase()] as const);
    const isTold = (value: string) => /^[\w-]{1,40}$/.test(value) && !detect(value);
    return Object.fromEntries(all.filter(([, value]) => isTold(value)));
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
    return templateOwn(raw, document.baseURI) || template(raw, true);
}

/** A path on this origin, else ''. */
export function templateOwn(raw: string, base?: string): string {
    try {
        const url = new URL(raw, base);
        return url.origin === location.origin ? templatePath(url.pathname) : '';
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
    const { href, origin, hostname, pathname, search, hash } = location;
    pageHref = href;
    // A fragment is a place only where the plan has a route for it: `#/orders/:int`.
    const path = templatePath(pathname) + (routeOf(hash.split('/')) ?? '');
    page = { url: origin + path, domain: hostname, path, params: paramsOf(search) };
    return page;
}

/** Where the person came from: the registrable domain; nothing for nowhere and for this site. */
export function referrer(): Record<string, string> {
    try {
        const { host, hostname } = new URL(document.referrer);
        return host === location.host ? {} : { $referring_domain: domainOf(hostname, 0) };
    } catch {
        return {};
    }
}

/** Whether this may be a signed link to the inspector, which will look at it closely. */
export function hasInspectLink(): boolean {
    return /cd_inspect/.test(location.search);
}
