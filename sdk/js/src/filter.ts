// Values written by a developer become values that may be sent: plain, bounded, and clean. What is
// taken out is counted by the rule that took it, and never kept.

import { detect, detectNumber, isSecretKey } from './detectors';
import { isoOf, quote } from './natives';
import { template } from './url';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Properties = { [key: string]: Json };

const DEPTH_MAX = 8;
const NODES_MAX = 220; // the server takes 255 keys or elements
const SCANNED_MAX = 8192; // longer texts are no analytics
const START = /^[^]{0,255}/u; // by code points, as the server cuts

/** What was taken out of a record: its path and the rule that took it. */
export type Findings = [path: string, rule: string][] & {
    /** How many values were looked at. */
    nodes?: number;
};

export function take(found: Findings, rule: string, path = ''): null {
    found.push([path, rule]);
    return null;
}

/** Halves of surrogate pairs become U+FFFD. */
export function wellFormed(text: string): string {
    return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** The rule that the name of a property or an event breaks, '' for none. */
export function nameRule(name: unknown, isEvent?: boolean): string {
    const isText = typeof name === 'string' && name && name.length <= (isEvent ? 128 : 64);
    if (isText && !detect(name) && !(isEvent && /\d{6}/.test(name))) return '';
    return isEvent ? 'K10' : 'K09';
}

/** A text that breaks no rule, else null. URLs in it become templates. */
export function cleanText(text: string, found: Findings, path: string): string | null {
    if (text.length > SCANNED_MAX) return take(found, 'size', path);
    const told = text.replace(/\bhttps?:\/\/(?![^/\s]*@)[^\s"'<>]+/gi, template);
    const rule = detect(told);
    return rule ? take(found, rule, path) : wellFormed(told.match(START)![0]);
}

/** Any value at all; calls nothing of the page's but getters. undefined: not worth a name. */
function cleanAny(
    value: unknown, key: string, path: string, found: Findings, above: object[],
): Json | undefined {
    found.nodes = (found.nodes ?? 0) + 1;
    if (found.nodes > NODES_MAX) return take(found, 'size', path);
    const type = typeof value;
    if (type === 'boolean') return value as boolean;
    if (type === 'bigint' || type === 'string') return cleanText(String(value), found, path);
    if (type === 'number') {
        const rule = detectNumber(value as number, key);
        return rule ? take(found, rule, path) : isFinite(value as number) ? (value as number) : null;
    }
    if (type !== 'object') return undefined;
    return value === null ? null : cleanNested(value as object, key, path, found, above);
}

function cleanNested(
    value: object, key: string, path: string, found: Findings, above: object[],
): Json {
    if (value instanceof Date) return isNaN(+value) ? null : isoOf(value);
    if (above.includes(value)) return take(found, 'cycle', path);
    if (above.length >= DEPTH_MAX) return take(found, 'depth', path);
    const inside = [...above, value];
    if (!Array.isArray(value)) return cleanObject(value, path, found, inside) ?? null;
    const all: Json[] = [];
    // A length may lie, and an element may be a getter: the count of visits ends it.
    for (let i = 0; i < value.length && i < NODES_MAX; i++) {
        all.push(cleanAny(value[i], key, path + '[]', found, inside) ?? null);
    }
    return all;
}

/** A plain object; undefined for one with a class, an element, a window. */
function cleanObject(
    value: object, path: string, found: Findings, above: object[],
): Properties | undefined {
    const parent = Object.getPrototypeOf(value);
    if (parent && Object.getPrototypeOf(parent)) return void take(found, 'type', path);
    const kept: [string, Json][] = [];
    for (const key of Object.keys(value)) {
        const at = path ? path + '.' + key : key;
        try {
            const item = (value as Record<string, unknown>)[key];
            const isSecret = item != null && typeof item !== 'boolean' && isSecretKey(key);
            const clean = isSecret ? take(found, 'K01', at) : cleanAny(item, key, at, found, above);
            if (nameRule(key)) take(found, 'K09', path);
            else if (clean !== undefined) kept.push([wellFormed(key), clean]);
        } catch {
            take(found, 'throw', at);
        }
    }
    // Made without assignment: a frozen prototype or a key like __proto__ changes nothing.
    return Object.fromEntries(kept);
}

/** The properties of a record, cleaned; undefined when they are no plain object. */
export function cleanProperties(value: unknown, found: Findings): Properties | undefined {
    if (value == null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) {
        return cleanObject(value, '', found, [value]);
    }
    return void take(found, 'type');
}

/** JSON, without asking toJSON of anything. */
export function encode(value: Json): string {
    if (typeof value === 'string') return quote(value);
    if (value === null || typeof value !== 'object') return String(value);
    if (Array.isArray(value)) return `[${value.map(encode)}]`;
    return `{${Object.entries(value).map(([key, item]) => quote(key) + ':' + encode(item))}}`;
}
