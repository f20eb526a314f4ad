// What a page calls. Nothing in here throws: a mistake, of the page or of ours, costs a record.

import { startAutocapture } from './autocapture';
import type { Candor, CandorOptions } from './candor-api';
import { detect } from './detectors';
import { describeDevice } from './device';
import {
    attempt, count, countAll, discard, emit, emitUpdate, flush, type Hook, inspect, letGo, openGate, settle,
    tell, VERSION, watchPage,
} from './emit';
import { startErrors } from './errors';
import { cleanProperties, type Findings, nameRule, type Properties } from './filter';
import {
    currentState, distinctId, forgetPerson, mayVote, saveState, visitOf,
} from './identity';
import { openInspector } from './inspector';
import { shareOf, steadyMs } from './natives';
import { startPageViews, tellPageView } from './page-views';
import { profileCalls, type Sink } from './profiles';
import { loadSettings, onSeen, sampleRate } from './settings';
import { openStorage } from './storage';
import { setHost } from './transport';
import { currentPage, hasInspectLink, referrer } from './url';

const WAITING_MAX = 50;

let options: CandorOptions | undefined;
let device: Properties = {};
let isPrivacyAsked = false;
const timers = new Map<string, number>();
// Updates of a profile that has no name yet: kept for `identify`.
let waiting: Parameters<Sink>[] = [];

function isOptedOut(): boolean {
    const { consent } = currentState();
    return consent === undefined ? isPrivacyAsked || !!options!.optOutByDefault : !consent;
}

function rate(): number {
    return Math.min(options!.sample ?? 1, sampleRate());
}

function mayEmit(): boolean {
    return !!options && !isOptedOut() && shareOf(currentState().device) < rate();
}

/** What goes with every event of this page. */
function surroundings(): Properties {
    const { params, url } = currentPage();
    const { source, always } = visitOf(() => ({
        ...params, ...referrer(),
    }));
    return {
        ...device, ...source, $current_url: url,
        cd_sample: rate() < 1 ? rate() : '', ...cleanProperties(always, []),
    };
}

function idOf(id: unknown): string {
    const text = String(id);
    const isId = /^(?:st|n)/.test(typeof id) && /^(?!\$device:)[^]{1,255}$/.test(text);
    if (isId && !detect(text, true)) return text;
    count('E10');
    return '';
}

const sendUpdate: Sink = (operation, value, found) => {
    const { user, device } = currentState();
    const address = { $distinct_id: user!, $user_id: user!, $device_id: device };
    if (user) emitUpdate('engage', address, operation, value, found);
    else if (waiting.length < WAITING_MAX) waiting.push([operation, value, found]);
};

function setAlways(given: unknown, isOnce?: boolean): void {
    const found: Findings = [];
    const cleaned = cleanProperties(given, found);
    countAll(found);
    const state = currentState();
    state.always = isOnce ? { ...cleaned, ...state.always } : { ...state.always, ...cleaned };
    saveState();
}

/** The groups of a kind go with every event, and stand in the profile. */
function setGroups(kind: string, change: (before: unknown[]) => unknown[]): void {
    const before = currentState().always?.[kind];
    const all = change(Array.isArray(before) ? before : []).map(idOf);
    const ids = [...new Set(all)].filter((id) => id);
    setAlways({ [kind]: ids });
    calls.profile.set({ [kind]: ids });
}

function start(given: CandorOptions): void {
    const { key, host, autocapture, trust } = given;
    const asked = navigator as any;
    isPrivacyAsked = asked.globalPrivacyControl || asked.doNotTrack === '1';
    setHost(host);
    if (!given.cookieless) openStorage(key);
    device = describeDevice();
    options = given;
    const hook = given.beforeSend ?? given.before_send;
    openGate(key, hook as Hook | undefined, surroundings, mayEmit);
    onSeen((hash) => {
        if (mayVote()) tell('$candor_seen', { cd_seen: hash });
    });
    if (trust && !isOptedOut()) void loadSettings(key, trust);
    if (autocapture) {
        startAutocapture();
        startErrors();
    }
    if (given.pageViews ?? autocapture) startPageViews();
    watchPage();
    if (hasInspectLink()) openInspector(given);
}

const calls = {
    version: VERSION,
    init(given: CandorOptions) {
        if (!options && typeof document === 'object') start({ ...given });
    },
    track(event: string, properties?: object) {
        const since = timers.get(event);
        timers.delete(event);
        const own = since ? { $duration: Math.round(steadyMs() - since) / 1000 } : {};
        emit(event, own as Properties, properties);
    },
    page: tellPageView,
    time_event(event: string) {
        timers.set(event, steadyMs());
    },
    identify(given: string | number) {
        const id = idOf(given);
        const { user } = currentState();
        if (!id || isOptedOut() || user === id) return;
        settle();
        // One device never joins two people.
        if (user) forgetPerson();
        const anonymous = distinctId();
        currentState().user = id;
        saveState();
        emit('$identify', { $anon_distinct_id: anonymous });
        for (const update of waiting) sendUpdate(...update);
        waiting = [];
    },
    reset() {
        letGo();
        forget();
    },
    register: (properties: object) => setAlways(properties),
    register_once: (properties: object) => setAlways(properties, true),
    unregister(name: string) {
        delete currentState().always?.[name];
        saveState();
    },
    set_group: (kind: string, ids: unknown) => setGroups(kind, () => [ids].flat()),
    add_group: (kind: string, id: unknown) =>
        setGroups(kind, (all) => [...all, id]),
    remove_group: (kind: string, id: unknown) =>
        setGroups(kind, (all) => all.filter((one) => one !== String(id))),
    group(kind: string, given: string | number) {
        const id = nameRule(kind) ? '' : idOf(given);
        const address = { $group_key: kind, $group_id: id };
        return guardAll(profileCalls((...update) => {
            if (id) emitUpdate('groups', address, ...update);
        }));
    },
    profile: profileCalls(sendUpdate),
    opt_in() {
        if (isOptedOut()) forgetPerson(true);
        currentState().consent = true;
        saveState();
    },
    opt_out() {
        discard();
        forget(false);
    },
    has_opted_out: isOptedOut,
    distinct_id: () => (isOptedOut() ? undefined : distinctId()),
    flush,
    inspect(isOn = true) {
        const records = inspect(isOn);
        if (isOn) openInspector(options!, records);
        return records;
    },
};

function forget(consent?: boolean): void {
    timers.clear();
    waiting = [];
    forgetPerson(consent);
}

/** Each call as it is written here and in camelCase; none of them throws. */
function guardAll<T extends object>(all: T): T {
    const guarded: [string, unknown][] = [];
    for (const [name, call] of Object.entries(all)) {
        const safe = (...words: unknown[]) => {
            const done = attempt(() => (options || name === 'init' ? call(...words) : undefined));
            return name === 'flush' ? Promise.resolve(done) : done;
        };
        const its = typeof call === 'function' ? safe : name === 'profile' ? guardAll(call) : call;
        guarded.push([name, its]);
        guarded.push([name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), its]);
    }
    return Object.fromEntries(guarded) as T;
}

export const candor = guardAll(calls) as unknown as Candor;
