// What a page calls. Nothing in here throws: a mistake, of the page or of ours, costs a record.

import { guarded, startAutocapture } from './autocapture';
import type { Candor, CandorOptions, CandorProfile } from './candor-api';
import { detect } from './detectors';
import { describeDevice } from './device';
import {
    count, discard, emit, emitUpdate, flush, inspect, letGo, openGate, VERSION, watchPage,
} from './emit';
import { startErrors } from './errors';
import { cleanProperties, cleanValue, Findings, type Json, nameRule, type Properties } from './filter';
import {
    currentState, distinctId, forgetPerson, keepInMemory, saveState, touchVisit,
} from './identity';
import { steadyMs } from './natives';
import { startPageViews, tellPageView } from './page-views';
import { profileCalls } from './profiles';
import { loadSettings, onSeen, sampleRate } from './settings';
import { openStorage } from './storage';
import { setHost } from './transport';
import { currentPage, referringDomain, useHashRouter } from './url';

const WAITING_MAX = 50;

let options: CandorOptions | undefined;
let device: Properties = {};
let isPrivacyAsked = false;
const timers = new Map<string, number>();
// Updates of a profile that has no name yet: kept for `identify`.
let waiting: [string, Json, Findings][] = [];

function isOptedOut(): boolean {
    const { consent } = currentState();
    if (consent !== undefined) return !consent;
    return isPrivacyAsked || !!options!.optOutByDefault;
}

function isSampled(): boolean {
    const rate = Math.min(options!.sample ?? 1, sampleRate());
    return rate >= 1 || parseInt(currentState().device.slice(0, 8), 16) / 2 ** 32 < rate;
}

function mayEmit(): boolean {
    return !!options && !isOptedOut() && isSampled();
}

/** What goes with every event of this page. */
function surroundings(): Properties {
    const page = currentPage();
    touchVisit(() => {
        const from = referringDomain();
        return { ...page.params, ...(from ? { $referring_domain: from } : {}) };
    });
    const state = currentState();
    const rate = Math.min(options!.sample ?? 1, sampleRate());
    return {
        ...device, ...state.source, $current_url: page.url, cd_visit: state.visit,
        ...(rate < 1 ? { cd_sample: rate } : {}),
        ...cleanProperties(state.always, new Findings()),
    };
}

function idOf(id: unknown): string {
    const text = typeof id === 'number' ? String(id) : id;
    const isText = typeof text === 'string' && text.length > 0 && text.length <= 255;
    if (!isText || text.startsWith('$device:') || detect(text, true)) {
        count('E10');
        return '';
    }
    return text;
}

function sendUpdate(operation: string, value: Json, found: Findings): void {
    const state = currentState();
    if (!state.user) {
        if (waiting.length < WAITING_MAX) waiting.push([operation, value, found]);
        return;
    }
    const address = {
        $distinct_id: state.user, $user_id: state.user, $device_id: state.device,
    };
    emitUpdate('engage', address, operation, value, found);
}

function setAlways(properties: unknown, isOnce: boolean): void {
    const found = new Findings();
    const cleaned = cleanProperties(properties, found);
    for (const rule of Object.keys(found.counts)) count(rule, found.counts[rule]);
    const state = currentState();
    const before = state.always ?? {};
    state.always = isOnce ? { ...cleaned, ...before } : { ...before, ...cleaned };
    saveState();
}

function setGroups(kind: string, change: (before: Json[]) => unknown): void {
    if (nameRule(kind, false)) return count('K09');
    const before = currentState().always?.[kind];
    const found = new Findings();
    const ids = cleanValue(change(Array.isArray(before) ? before : []), 'count', found);
    const kept = (Array.isArray(ids) ? ids : [ids]).filter((id) => id != null) as Json[];
    setAlways({ [kind]: kept }, false);
    sendUpdate('$set', { [kind]: kept }, found);
}

function start(given: CandorOptions): void {
    const { key, host, autocapture, trust } = given;
    setHost(String(host));
    if (given.hashRouter) useHashRouter();
    if (given.cookieless) keepInMemory();
    else openStorage(key);
    const asked = navigator as any;
    isPrivacyAsked = asked.globalPrivacyControl === true || asked.doNotTrack === '1';
    device = describeDevice();
    options = given;
    openGate(key, given.beforeSend as any, surroundings, mayEmit);
    onSeen((hash) => emit('$candor_seen', { cd_seen: hash }));
    if (trust && !isOptedOut()) void loadSettings(key, trust);
    if (autocapture) {
        startAutocapture();
        startErrors();
    }
    if (given.pageViews ?? autocapture) guarded(() => startPageViews(!!autocapture))(0);
    watchPage();
}

const calls = {
    version: VERSION,
    init(given: CandorOptions) {
        if (options || typeof document !== 'object' || !given) return;
        // before_send is beforeSend: both spellings of every option are understood.
        const all = Object.entries(given).map(([name, value]) => [
            name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value,
        ]);
        start(Object.fromEntries(all));
    },
    track(event: string, properties?: object) {
        const since = timers.get(event);
        timers.delete(event);
        const own: Properties = {};
        if (since !== undefined) own['$duration'] = Math.round(steadyMs() - since) / 1000;
        emit(event, own, properties);
    },
    page: (properties?: object) => tellPageView(properties),
    timeEvent(event: string) {
        if (timers.size < 1000) timers.set(event, steadyMs());
    },
    identify(given: string | number) {
        const id = idOf(given);
        if (!id || isOptedOut()) return;
        const before = currentState();
        if (before.user === id) return;
        if (before.user) forgetPerson(before.consent);
        const state = currentState();
        const anonymous = distinctId(state);
        state.user = id;
        saveState();
        emit('$identify', { $anon_distinct_id: anonymous });
        for (const [operation, value, found] of waiting) sendUpdate(operation, value, found);
        waiting = [];
    },
    reset() {
        letGo();
        timers.clear();
        waiting = [];
        forgetPerson(currentState().consent);
    },
    register: (properties: object) => setAlways(properties, false),
    registerOnce: (properties: object) => setAlways(properties, true),
    unregister(name: string) {
        const { [name]: _, ...rest } = currentState().always ?? {};
        currentState().always = rest;
        saveState();
    },
    setGroup: (kind: string, ids: unknown) => setGroups(kind, () => ids),
    addGroup: (kind: string, id: Json) =>
        setGroups(kind, (all) => (all.includes(id) ? all : [...all, id])),
    removeGroup: (kind: string, id: Json) =>
        setGroups(kind, (all) => all.filter((one) => one !== id)),
    group(kind: string, id: string | number) {
        const text = idOf(id);
        return guardAll(
            profileCalls((operation, value, found) => {
                if (!text || nameRule(kind, false)) return;
                const address = { $group_key: kind, $group_id: text };
                emitUpdate('groups', address, operation, value, found);
            }),
        );
    },
    optIn() {
        if (isOptedOut()) forgetPerson(true);
        else {
            currentState().consent = true;
            saveState();
        }
    },
    optOut() {
        discard();
        timers.clear();
        waiting = [];
        forgetPerson(false);
    },
    hasOptedOut: () => isOptedOut(),
    distinctId: () => (isOptedOut() ? undefined : distinctId(currentState())),
    flush: () => flush().then(() => {}),
    inspect,
};

/** Each call in both spellings, none of which throws. */
function guardAll<T extends object>(all: T): T {
    const guarded = Object.entries(all).flatMap(([name, call]) => {
        if (typeof call !== 'function') return [[name, call]];
        const safe = (...words: unknown[]) => {
            try {
                if (options || name === 'init') return call(...words);
            } catch {
                count('throw');
            }
            return name === 'flush' ? Promise.resolve() : name === 'inspect' ? [] : undefined;
        };
        const snake = name.replace(/[A-Z]/g, (letter) => '_' + letter.toLowerCase());
        return [[name, safe], [snake, safe]];
    });
    return Object.fromEntries(guarded);
}

export const candor = {
    ...guardAll(calls), profile: guardAll(profileCalls(sendUpdate) as CandorProfile),
} as unknown as Candor;
