// What people do on a page, as structure: that a button was pressed, never what it says, unless the
// site's own dictionary knows the words. The rules that cannot be configured are in `reader`.

import { count, emit } from './emit';
import type { Properties } from './filter';
import { steadyMs } from './natives';
import {
    isSecret, look, pointOf, scrollPercent, type Seen, targetOf, watchSecrets,
} from './reader';
import { known, mayAutocapture } from './settings';
import { currentPage } from './url';

const RAGE_CLICKS = 4;
const RAGE_MS = 1000;
const RAGE_PIXELS = 30;
const DEAD_MS = 500;
const SCROLL_QUIET_MS = 150;
const CHECKPOINT = 25; // percent

let rage: { at: number; x: number; y: number; times: number } | undefined;
let stopWatching: (() => void) | undefined;
let deepest = 0;
let checkpoint = 0;
let scrollTimer: ReturnType<typeof setTimeout> | undefined;
let pageSince = 0;

/** Tell of an element, with its text if the dictionary knows it; what was told, if it may be told. */
function tell(name: string, event: Event): [Seen, Properties] | undefined {
    const target = targetOf(event);
    const seen = target && look(target);
    if (!seen) return undefined;
    const text =
        known(seen.text, seen.isIncluded, !seen.isInForm) || known(seen.label, false, false);
    const own: Properties = { ...seen.own, $event_type: event.type, $el_text: text };
    emit(name, own);
    return [seen, own];
}

function onClick(event: Event): void {
    const [seen, own] = tell('$mp_click', event) ?? [];
    if (!seen) return;
    if (isRage(event)) emit('$mp_rage_click', own!);
    if (seen.isInteractive) watchForNothing(own!);
}

/** The fourth click within a second of each other, and in the same place; then the count restarts. */
function isRage(event: Event): boolean {
    const [x, y] = pointOf(event);
    const at = steadyMs();
    const isNear =
        rage && at - rage.at < RAGE_MS && Math.hypot(x - rage.x, y - rage.y) < RAGE_PIXELS;
    const times = isNear ? rage!.times + 1 : 1;
    rage = { at, x, y, times: times % RAGE_CLICKS };
    return times === RAGE_CLICKS;
}

/** A dead click: for half a second nothing changes, scrolls, opens or moves. */
function watchForNothing(own: Properties): void {
    stopWatching?.();
    const signs = [
        'scroll', 'change', 'input', 'submit', 'popstate', 'selectionchange', 'focusin', 'blur',
    ];
    const stop = (stopWatching = () => {
        clearTimeout(timer);
        observer.disconnect();
        for (const sign of signs) removeEventListener(sign, stop, true);
    });
    const observer = new MutationObserver(stop);
    const timer = setTimeout(() => {
        stop();
        emit('$mp_dead_click', own);
    }, DEAD_MS);
    observer.observe(document, {
        subtree: true, childList: true, characterData: true, attributes: true,
    });
    for (const sign of signs) addEventListener(sign, stop, true);
}

function onFocus(event: Event): void {
    const target = targetOf(event);
    if (target) isSecret(target);
}

function onChange(event: Event): void {
    onFocus(event);
    tell('$mp_input_change', event);
}

function onScroll(): void {
    clearTimeout(scrollTimer);
    scrollTimer = setTimeout(guarded(measureScroll), SCROLL_QUIET_MS);
}

function measureScroll(): void {
    deepest = Math.max(deepest, scrollPercent());
    const passed = deepest - (deepest % CHECKPOINT);
    if (passed <= checkpoint) return;
    checkpoint = passed;
    emit('$mp_scroll', { $mp_autocapture: true, $scroll_checkpoint: passed });
}

/** A page is left, for a page of another template or for good; once. */
export function leavePage(url: string): void {
    if (!pageSince) return;
    emit('$mp_page_leave', {
        $mp_autocapture: true,
        $current_url: url,
        $max_scroll_percentage: deepest,
        $duration: Math.round((steadyMs() - pageSince) / 1000),
    });
    pageSince = 0;
}

export function enterPage(): void {
    pageSince = steadyMs();
    deepest = checkpoint = 0;
}

/** Whatever goes wrong in here is the record's end, and never the page's. */
export function guarded<T>(call: (event: T) => void): (event: T) => void {
    return (event) => {
        try {
            if (mayAutocapture()) call(event);
        } catch {
            count('throw');
        }
    };
}

/** The listeners; pagehide must come before the queue's, so this is called first. */
export function startAutocapture(): void {
    watchSecrets();
    const listen = (type: string, call: (event: Event) => void) =>
        addEventListener(type, guarded(call), { capture: true, passive: true });
    listen('click', onClick);
    listen('change', onChange);
    listen('submit', (event) => tell('$mp_submit', event));
    listen('focusin', onFocus);
    listen('input', onFocus);
    listen('scroll', onScroll);
    listen('pagehide', () => leavePage(currentPage().url));
}
