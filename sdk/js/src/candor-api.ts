// The types of what a page may call: this file alone becomes candor.d.ts.

export interface CandorOptions {
    /** The project's token. */
    key: string;
    /** Where the server is: `https://candor.example.org`. */
    host: string;
    /** Clicks, submits, changes, scrolling, rage and dead clicks, leaving, errors. Off unless on. */
    autocapture?: boolean;
    /** Page views, also of single-page applications. As autocapture, unless told otherwise. */
    pageViews?: boolean;
    /** The project's public key (base64, Ed25519): without it no setting of the server is believed. */
    trust?: string;
    /** Nothing on the device, and no id beyond the page. */
    cookieless?: boolean;
    /** Nothing before `optIn()`. */
    optOutByDefault?: boolean;
    /** The share of devices that take part, 0 to 1. */
    sample?: number;
    /**
     * Called with each event; what it returns is filtered again and sent. Returning nothing, or a
     * promise, or throwing drops the event.
     */
    beforeSend?: (record: CandorRecord) => CandorRecord | null | undefined;
    /** The same, as Mixpanel's clients spell it. */
    before_send?: (record: CandorRecord) => CandorRecord | null | undefined;
    /** Session replay is a bundle of its own and does nothing here. */
    replay?: boolean;
}

export interface CandorRecord {
    event: string;
    properties: Record<string, unknown>;
}

export interface CandorProfile {
    set(properties: Record<string, unknown>): void;
    set(name: string, value: unknown): void;
    setOnce(properties: Record<string, unknown>): void;
    setOnce(name: string, value: unknown): void;
    add(properties: Record<string, number>): void;
    add(name: string, by?: number): void;
    append(properties: Record<string, unknown>): void;
    append(name: string, value: unknown): void;
    union(properties: Record<string, unknown[]>): void;
    union(name: string, values: unknown[]): void;
    remove(properties: Record<string, unknown>): void;
    remove(name: string, value: unknown): void;
    unset(...names: (string | string[])[]): void;
    delete(): void;
}

export interface CandorInspected {
    to: 'track' | 'engage' | 'groups';
    /** JSON, as it leaves; undefined when nothing was left. */
    record: string | undefined;
    removed: [path: string, rule: string][];
    at: number;
}

export interface Candor {
    readonly version: string;
    init(options: CandorOptions): void;
    track(event: string, properties?: Record<string, unknown>): void;
    /** A page view, for pages that turn the automatic ones off. */
    page(properties?: Record<string, unknown>): void;
    /** From the next `track(event)` on: its duration. */
    timeEvent(event: string): void;
    /** This person is known by this id from now on. */
    identify(id: string | number): void;
    /** Somebody else from now on: call it when a person logs out. */
    reset(): void;
    /** Properties that go with every event. */
    register(properties: Record<string, unknown>): void;
    registerOnce(properties: Record<string, unknown>): void;
    unregister(name: string): void;
    profile: CandorProfile;
    /** The person belongs to these groups of a kind. */
    setGroup(kind: string, ids: string | number | (string | number)[]): void;
    addGroup(kind: string, id: string | number): void;
    removeGroup(kind: string, id: string | number): void;
    /** The profile of a group. */
    group(kind: string, id: string | number): CandorProfile;
    optIn(): void;
    optOut(): void;
    hasOptedOut(): boolean;
    distinctId(): string | undefined;
    /** Send what waits; resolves when it has been tried. */
    flush(): Promise<void>;
    /** The last 200 records and what was taken out of them, from now until `inspect(false)`. */
    inspect(isOn?: boolean): readonly CandorInspected[];
}
