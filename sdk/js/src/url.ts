// The only file that sees where the page is. Everything else gets templates, as docs/url-template.md
// describes them: the server and the native client make the same.

import { detect } from './detectors';
import { ask, native } from './natives';
import { decode, firstOf, type Table } from './spelling';
import { isWordLike, readsLikeWords } from './words';

/** What a page may be called. */
export interface Page {
    /** `https://shop.example.org/orders/:int` */
    url: string;
    domain: string;
    path: string;
    /** utm_source and its like, as far as the project lists them; '' for one that may not be told. */
    params: Record<string, string>;
}

const DEFAULT_PARAMS = 'utm_source utm_medium utm_campaign ref'.split(' ');

/** Behind these stands a person or a secret, whatever it looks like. */
const BEFORE_A_NAME =
    /\/(?:u|(?:user|person|profile|member|account|customer|client|patient|invite)s?|people|share|reset|verify|search)\/+$/i;

const SEGMENTS_MAX = 16;
const SEGMENT_MAX = 256; // bytes of UTF-8

/** What a segment is that may not be told, whatever stands around it; the first that fits. */
const KINDS: Table = [
    [':date', /^(?!\d{6}$)(?:19|2[01])\d\d(-?)(?:0[1-9]|1[0-2])(?:\1(?:0[1-9]|[12]\d|3[01]))?$/],
    [':int', /^\d+$/],
    [':uuid', /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i],
    [':email', /@/],
];
const ENDING = /\.(?:html?|php|aspx|jsp|m?js)$/;
const MIXED = /^(?=[^]*\d)(?=[^]*[a-z])[\0-\x7f]{16,}$/i;

let routes: readonly string[] = [];
let allowedParams: readonly string[] = DEFAULT_PARAMS;
let page: Page | undefined;
let pageHref: string | undefined;

/** From verified settings; without them the strictest. */
export function setPlan(newRoutes: readonly string[], newParams: readonly string[]): void {
    routes = newRoutes;
    allowedParams = newParams.length ? newParams : DEFAULT_PARAMS;
    pageHref = undefined;
}

/** The route of the plan that a path follows, if any: `/orders/:int` for `/orders/17`. */
function routeOf(parts: string[]): string | undefined {
    return routes.find((route) => {
        const wanted = route.split('/');
        const fits = (part: string, i: number) =>
            part.toLowerCase() === parts[i]!.toLowerCase() ||
            (part[0] === ':' && (part === ':int' ? /^\d+$/ : /./).test(parts[i]!));
        return wanted.length === parts.length && wanted.every(fits);
    });
}

function tell(segment: string, before: string): string {
    const isLong = new TextEncoder().encode(segment).length > SEGMENT_MAX;
    const kind = isLong ? ':token' : firstOf(KINDS, segment);
    const lower = segment.toLowerCase();
    const isPlain = isWordLike(segment.replace(ENDING, '')) || /^v\d\d?$/.test(segment);
    const isKept =
        routes.join('/').toLowerCase().split('/').includes(lower) ||
        (isPlain && !BEFORE_A_NAME.test(before));
    if (!kind && (!segment || isKept)) return lower;
    return kind ?? (MIXED.test(segment) ? ':token' : ':x');
}

export function templatePath(path: string): string {
    const parts = decode(path).split('/').map((part) => part.split(';')[0]!);
    const told = parts.slice(0, SEGMENTS_MAX + 1).map((part, i) => tell(part, parts.slice(0, i).join('/') + '/'));
    if (parts.length > told.length) told.push(':more');
    return parts[0] ? '' : (routeOf(parts) ?? told.join('/'));
}

const SECOND_LEVEL = /^(?:com?|org?|net?|gov|edu|ac)$/;

/** The registrable domain, by the shape of its labels, and `extra` labels before it. */
export function domainOf(host: string, extra: number): string {
    if (/^[\d.]*$|:/.test(host)) return ':ip';
    const labels = host.split('.');
    const [second = '', last = ''] = labels.slice(-2);
    const size = last.length === 2 && SECOND_LEVEL.test(second) ? 3 : 2;
    return labels.slice(-size - extra).join('.');
}

/** What stands between `//` and the path, without user and password. */
function templateHost(authority: string): string {
    const place = authority.toLowerCase().split('@').pop()!;
    const [host, port = ''] = place.split(/(?=:\d{1,5}$)/);
    return place === location.host ? place : domainOf(host!, 1) + port;
}

/** The listed parameters, the first of each name. */
function paramsOf(search: string): Record<string, string> {
    const params: Record<string, string> = {};
    for (const pair of search.split('&')) {
        const [name, ...rest] = pair.split('=');
        if (!allowedParams.includes(name!) || name! in params) continue;
        const value = decode(rest.join('='));
        const lower = value.toLowerCase();
        const isTold = /^[\w-]{1,40}$/.test(value) && readsLikeWords(lower, 2) && !detect(value);
        params[name!] = isTold ? lower : '';
    }
    return params;
}

/** Scheme and authority of the web, or any other scheme; path; query. */
const PARTS = /^(?:(https?:\/\/)([^/?#]*)|([a-z][a-z\d+.-]+:))?([^?#]*)\??([^#]*)/i;

/** Any address as a template. Of other schemes, only the scheme. */
export function template(raw: string): string {
    const [, site, authority, scheme, path, search] = PARTS.exec(raw)!;
    if (scheme) return scheme.toLowerCase();
    const params = Object.entries(paramsOf(search!)).filter(([, value]) => value);
    const query = params.map((pair) => pair.join('=')).join('&');
    const begin = site ? site.toLowerCase() + templateHost(authority!) : '';
    return begin + templatePath(path!) + (query && '?' + query);
}

/** A link: a path on this origin, the registrable domain of another, the scheme of any other. */
export function templateLink(href: string): string {
    const url = ask(() => new URL(href));
    if (!url || !/^https?:$/.test(url.protocol)) return url?.protocol ?? '';
    return url.origin === location.origin ? templatePath(url.pathname) : domainOf(url.hostname, 0);
}

/** A script of this origin, whose name loses what builds put behind it; '' for any other. */
export function templateScript(raw: string): string {
    const { origin } = location;
    const path = raw.slice(origin.length).replace(/[?#][^]*/, '');
    const isOwn = raw.startsWith(origin + '/');
    return isOwn ? templatePath(path.replace(/[._-][^/]*(?=\.m?js$)/, '')) : '';
}

// What location.href says; that one asks first whether whoever asks may know, which takes its time.
// Where there is no such getter (a test without a browser), location is asked.
const addressOf = native('Document', 'URL') ?? (() => location.href);

/** The page as a template; the location is read once for each place. */
export function currentPage(): Page {
    const href = addressOf(document);
    if (page && href === pageHref) return page;
    pageHref = href;
    const { origin, hostname, pathname, search } = location;
    const path = templatePath(pathname);
    // Without its query: the parameters are properties of their own.
    page = { url: origin + path, domain: hostname, path, params: paramsOf(search.slice(1)) };
    return page;
}

/** Where the person came from: the registrable domain; nothing for nowhere and for this site. */
export function referrer(): Record<string, string> {
    const host = /^https?:\/\/([^/]*)/.exec(document.referrer)?.[1];
    if (!host || host === location.host) return {};
    return { $referring_domain: domainOf(host.replace(/:\d{1,5}$/, ''), 0) };
}

/** Whether this may be a signed link to the inspector, which will look at it closely. */
export function hasInspectLink(): boolean {
    return /cd_inspect/.test(location.search);
}
