// Updates of profiles, of people and of groups.

import type { CandorProfile } from './candor-api';
import { cleanProperties, type Findings, type Json, nameRule, type Properties } from './filter';
import { isHeld } from './settings';

/** What the server seals in its vault: only these names, only such values. */
const CONTACT = /^\$(?:email [^\s@]{1,99}@[^\s@]{1,99}|phone \+?[\d ().-]{5,20})$/;

export type Sink = (operation: string, value: Json, found: Findings) => void;

/** Contacts as they are, the rest cleaned; held names are left out, and so is what a rule took. */
function cleanUpdate(given: Properties, found: Findings): Properties {
    const cleaned = Object.entries(given).flatMap(([name, value]) =>
        CONTACT.test(`${name} ${value}`)
            ? [[name, value] as [string, Json]]
            : Object.entries(cleanProperties({ [name]: value }, found)!));
    return Object.fromEntries(cleaned.filter(([key, value]) => !isHeld(key) && value !== null));
}

/** Each operation takes an object, or a name and a value. */
export function profileCalls(sink: Sink): CandorProfile {
    const update = (operation: string) => (first: any, second: unknown = 1) => {
        const found: Findings = [];
        const cleaned = cleanUpdate(typeof first === 'object' ? first : { [first]: second }, found);
        for (const key of Object.keys(cleaned)) {
            if (operation === 'union') cleaned[key] = [cleaned[key]!].flat();
        }
        if (Object.keys(cleaned).length || found.length) sink('$' + operation, cleaned, found);
    };
    const operations = ['set', 'set_once', 'add', 'append', 'union', 'remove'];
    return {
        ...Object.fromEntries(operations.map((operation) => [operation, update(operation)])),
        unset(...names) {
            sink('$unset', names.flat().filter((name) => !nameRule(name)), []);
        },
        delete: () => sink('$delete', '', []),
    } as CandorProfile;
}
