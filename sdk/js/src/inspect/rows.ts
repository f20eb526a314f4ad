// A record as it is shown.

import type { CandorInspected } from '../candor-api';

export type Fate = 'waits' | 'sent' | 'refused' | 'dropped';

export interface Row {
    id: number;
    time: string;
    name: string;
    fields: [name: string, value: string][];
    removed: readonly [path: string, rule: string][];
    bytes: number;
    inspected: CandorInspected;
    /** Everything of it that the filter looks in, in lower case. */
    text: string;
}

const RULES: Record<string, string> = {
    K01: 'the name of a secret', K09: 'a name that is data', K10: 'an event name that is data',
    S00: 'a service’s key', S24: 'a JSON Web Token', S25: 'a private key', S29: 'an Authorization',
    S40: 'random-looking text', F01: 'a card number', F06: 'an IBAN', F09: 'a long number',
    P01: 'an e-mail address', P03: 'a phone number', E10: 'no identifier', hold: 'held by the project',
    hook: 'dropped by beforeSend', size: 'too large', depth: 'too deep', cycle: 'a cycle',
    type: 'no plain data', throw: 'an exception',
};

export function wordsOf(rule: string): string {
    return RULES[rule] ?? 'a rule';
}

function pad(number: number, digits = 2): string {
    return String(number).padStart(digits, '0');
}

function timeOf(ms: number): string {
    const at = new Date(ms);
    const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => pad(part));
    return `${clock.join(':')}.${pad(at.getMilliseconds(), 3)}`;
}

function textOf(value: unknown): string {
    return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The name and the fields of a body; updates of profiles are named by what they do. */
function read(inspected: CandorInspected): [string, [string, string][]] {
    if (inspected.record === undefined) return ['(nothing was left)', []];
    const { event, properties, ...rest } = JSON.parse(inspected.record);
    if (properties) {
        const fields = Object.entries(properties).map(([key, value]) => [key, textOf(value)]);
        return [event, fields as [string, string][]];
    }
    const all = Object.entries(rest).map(([key, value]) => [key, textOf(value)]);
    const isAddress = /^\$(?:token|distinct_id|user_id|device_id|group_key|group_id)$/;
    const operation = Object.keys(rest).find((key) => !isAddress.test(key)) ?? '';
    const whose = inspected.to === 'engage' ? 'profile' : 'group';
    return [`${whose} ${operation}`, all as [string, string][]];
}

export function rowOf(inspected: CandorInspected, id: number): Row {
    const [name, fields] = read(inspected);
    const { removed, at, record } = inspected;
    const said = [name, ...fields.flat(), ...removed.flat()].join('\n');
    return {
        id, name, fields, removed, inspected, time: timeOf(at),
        bytes: record === undefined ? 0 : new TextEncoder().encode(record).length,
        text: said.toLowerCase(),
    };
}

/**
 * What became of the records, by what the browser tells of requests: each takes the oldest of its
 * address that still wait, at most fifty, as the queue does.
 */
export class Fates {
    private readonly fates = new Map<CandorInspected, Fate>();

    of(inspected: CandorInspected): Fate {
        return inspected.record === undefined ? 'dropped' : (this.fates.get(inspected) ?? 'waits');
    }

    /** `status`: 0 when there was no answer; undefined when the browser does not tell. */
    settle(
        records: readonly CandorInspected[], to: string, startedMs: number, status?: number,
    ): void {
        if (status === 0 || status === 408 || status === 429 || (status ?? 200) >= 500) return;
        const waiting = records.filter((one) => {
            return one.to === to && one.at <= startedMs && this.of(one) === 'waits';
        });
        const fate = (status ?? 200) < 300 ? 'sent' : 'refused';
        for (const one of waiting.slice(0, 50)) this.fates.set(one, fate);
    }
}
