// Values written by a developer become values that may be sent: plain, bounded, and clean. What is
// taken out is counted by the rule that took it, and never kept.

import { detect, detectNumber, isSecretKey } from './detectors';
import { isoOf, quote } from './natives';
import { template } from './url';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Properties = { [key: string]: Json };

const DEPTH_MAX = 8;
const NODES_MAX = 1000;
const KEYS_MAX = 255;
const SCANNED_MAX = 8192; // longer texts are no analytics
const TEXT_MAX = 255;

/** Counts by rule; while someone inspects, also the path of what each rule took. */
export class Findings {
    counts: Record<string, number> = {};
    trail: [string, string][] = [];
    private nodes = 0;

    add(rule: string, path = ''): null {
        this.counts[rule] = (this.counts[rule] ?? 0) + 1;
        this.trail.push([path, rule]);
        return null;
    }

    /** False once the record has as many values as it may have. */
    visit(): boolean {
        return ++this.nodes <= NODES_MAX;
    }

    get isEmpty(): boolean {
        return !this.trail.length;
    }
}

/** Halves of surrogate pairs become U+FFFD. */
export function wellFormed(text: string): string {
    return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** An event's or a property's name that may be sent, else the rule it breaks. */
export function nameRule(name: unknown, isEvent: boolean): string {
    if (typeof name !== 'string' || !name || name.length > (isEvent ? 128 : 64)) {
        return isEvent ? 'K10' : 'K09';
    }
    return (isEvent && /\d{6}/.test(name)) || detect(name) ? (isEvent ? 'K10' : 'K09') : '';
}

/** A text that breaks no rule, else null. URLs in it become templates. */
export function cleanText(text: string, found: Findings, path: string): string | null {
    if (text.length > SCANNED_MAX) return found.add('size', path);
    const told = text.replace(/\bhttps?:\/\/(?![^/\s]*@)[^\s"'<>]+/gi, (url) => template(url));
    const rule = detect(told);
    return rule ? found.add(rule, path) : wellFormed(told.slice(0, TEXT_MAX));
}

function isPlain(value: object): boolean {
    const parent = Object.getPrototypeOf(value);
    return parent === null || Object.getPrototypeOf(parent) === null;
}

/** {name: "password", value: …}, ["authorization", …]: the key stands in a value. */
function isSecretPair(key: unknown): boolean {
    return typeof key === 'string' && isSecretKey(key);
}

/** Any value at all; never calls what belongs to the page but getters, which may throw. */
function cleanAny(
    value: unknown, key: string, path: string, found: Findings, above: object[],
): Json | undefined {
    if (!found.visit()) return found.add('size', path);
    switch (typeof value) {
        case 'boolean':
            return value;
        case 'string':
            return cleanText(value, found, path);
        case 'number': {
            if (!isFinite(value)) return null;
            const rule = detectNumber(value, key);
            return rule ? found.add(rule, path) : value;
        }
        case 'bigint':
            return cleanText(String(value), found, path);
        case 'object':
            break;
        default:
            return undefined;
    }
    if (value === null) return null;
    if (value instanceof Date) return isNaN(+value) ? null : isoOf(value);
    if (above.includes(value)) return found.add('cycle', path);
    if (above.length >= DEPTH_MAX) return found.add('depth', path);
    const inside = above.concat(value);
    if (Array.isArray(value)) {
        const isPair = value.length === 2 && isSecretPair(value[0]);
        if (isPair) return found.add('K05', path);
        const all: Json[] = [];
        for (let i = 0; i < value.length && i < KEYS_MAX; i++) {
            all.push(guarded(() => cleanAny(value[i], key, `${path}[]`, found, inside), found));
        }
        return all;
    }
    return isPlain(value) ? cleanObject(value, path, found, inside) : found.add('type', path);
}

function guarded(read: () => Json | undefined, found: Findings): Json {
    try {
        return read() ?? null;
    } catch {
        return found.add('throw');
    }
}

function cleanObject(
    value: object, path: string, found: Findings, above: object[],
): { [key: string]: Json } {
    const all = value as Record<string, unknown>;
    const isPair = ['name', 'key', 'id', 'field'].some((name) => isSecretPair(all[name]));
    const kept: [string, Json][] = [];
    for (const key of Object.keys(value)) {
        if (kept.length >= KEYS_MAX) {
            found.add('size', path);
            break;
        }
        if (nameRule(key, false)) {
            found.add('K09', path);
            continue;
        }
        const at = path ? `${path}.${key}` : key;
        const clean = guarded(() => {
            const item = all[key];
            if (isPair && /^(?:value|val|content)$/i.test(key)) return found.add('K05', at);
            if (item != null && typeof item !== 'boolean' && isSecretKey(key)) {
                return found.add('K01', at);
            }
            const cleaned = cleanAny(item, key, at, found, above);
            return cleaned === undefined ? SKIPPED : cleaned;
        }, found);
        if (clean !== SKIPPED) kept.push([wellFormed(key), clean]);
    }
    // Made without assignment: a frozen prototype or a key like __proto__ changes nothing.
    return Object.fromEntries(kept);
}

const SKIPPED = '\0skipped';

/** The properties of a record, cleaned; undefined when they are no plain object. */
export function cleanProperties(value: unknown, found: Findings): Properties | undefined {
    if (value === undefined || value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value) || !isPlain(value)) {
        found.add('type');
        return undefined;
    }
    return cleanObject(value, '', found, [value]);
}

/** A list or a single value, for profile operations. */
export function cleanValue(value: unknown, key: string, found: Findings): Json | undefined {
    return cleanAny(value, key, key, found, []);
}

/** JSON, without asking toJSON of anything. */
export function encode(value: Json): string {
    if (typeof value === 'string') return quote(value);
    if (value === null || typeof value !== 'object') return String(value);
    if (Array.isArray(value)) return `[${value.map(encode).join()}]`;
    return `{${Object.keys(value)
        .map((key) => `${quote(key)}:${encode(value[key]!)}`)
        .join()}}`;
}
