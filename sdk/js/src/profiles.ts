// Updates of profiles, of people and of groups.

import type { CandorProfile } from './candor-api';
import { cleanProperties, cleanValue, Findings, type Json, nameRule, type Properties } from './filter';
import { isHeld } from './settings';

/** What the server seals in its vault: only these names, only such values. */
const CONTACTS: Record<string, RegExp> = {
    $email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
    $phone: /^\+?[\d ().-]{5,20}$/,
};

export type Sink = (operation: string, value: Json, found: Findings) => void;

function cleanUpdate(given: unknown, found: Findings): Properties {
    const contacts: [string, Json][] = [];
    let rest: any = given;
    for (const name of Object.keys(CONTACTS)) {
        const value = (given as any)?.[name];
        if (typeof value === 'string' && value.length < 256 && CONTACTS[name]!.test(value)) {
            contacts.push([name, value]);
            rest = { ...rest, [name]: true };
        }
    }
    const all = { ...cleanProperties(rest, found), ...Object.fromEntries(contacts) };
    return Object.fromEntries(Object.entries(all).filter(([key]) => !isHeld(key)));
}

export function profileCalls(sink: Sink): CandorProfile {
    const update = (operation: string, first: unknown, second: unknown, wrap?: boolean) => {
        const found = new Findings();
        const given = typeof first === 'string' ? { [first]: second } : first;
        const cleaned = cleanUpdate(given, found);
        const all = Object.entries(cleaned)
            // What a rule took out of an update must not overwrite what is there.
            .filter(([, value]) => value !== null || operation === '$set')
            .map(([key, value]) => [key, wrap && !Array.isArray(value) ? [value] : value]);
        if (all.length) sink(operation, Object.fromEntries(all), found);
    };
    return {
        set: (first: unknown, second?: unknown) => update('$set', first, second),
        setOnce: (first: unknown, second?: unknown) => update('$set_once', first, second),
        add: (first: unknown, second: unknown = 1) => update('$add', first, second),
        append: (first: unknown, second?: unknown) => update('$append', first, second),
        union: (first: unknown, second?: unknown) => update('$union', first, second, true),
        remove: (first: unknown, second?: unknown) => update('$remove', first, second),
        unset(...names) {
            const found = new Findings();
            const all = cleanValue(names.flat().filter((name) => !nameRule(name, false)), '', found);
            sink('$unset', all ?? [], found);
        },
        delete: () => sink('$delete', '', new Findings()),
    };
}
