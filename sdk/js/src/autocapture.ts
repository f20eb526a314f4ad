// What people do on a page, as structure: that a button was pressed, never what it says, unless the
// site's own dictionary knows the words. The rules that cannot be configured are in `reader`.

import { count, emit, isOpen, later } from './emit';
import { steadyMs } from './natives';
import {
    describe, isIncluded, isSecret, look, scrollPercent, type Seen, targetOf,
    watchSecrets,
} from './reader';
import { known, mayAutocapture } from './settings';
import { currentPage, templateLink } from './url';

const RAGE_CLICKS = 4;
const RAGE_MS = 1000;
const RAGE_PIXELS = 30;
const DEAD_MS = 500;
const SCROLL_QUIET_MS = 150;
const CHECKPOINT = 25; // percent
/** Something came of a click. */
const SIGNS = [
    'scroll', 'change', 'input', 'submit', 'popstate', 'selectionchange', 'focusin', 'blur',
];

let rage: { at: number; x: number; y: number; times: number } | undefined;
let observer: MutationObserver;
let watched: Seen | undefined;
let deepest = 0;
let checkpoint = 0;
let scrollTimer: ReturnType<typeof setTimeout> | undefined;
let pageSince = 0;

/** Look at an element while the page is as the person saw it; tell of it when there is time. */
function tell(name: string, event: Event): Seen | undefined {
    const target = targetOf(event);
    const seen = target && look(target);
    if (!seen) return undefined;
    const { own, element, text } = seen;
    own.$event_type = event.type;
    own.$current_url = currentPage().url;
    later(() => {
        describe(seen);
        own.$el_text =
            known(text, isIncluded(element), seen.isPublic) || known(seen.label, false, false);
        own.$el_attr__href = templateLink(seen.href);
        emit(name, own);
    });
    return seen;
}

function onClick(event: Event): void {
    const seen = tell('$mp_click', event);
    if (!seen) return;
    if (seen.isInteractive) watchForNothing(seen);
    later(() => {
        if (isRage(event as MouseEvent)) emit('$mp_rage_click', seen.own);
        if (watched === seen) setTimeout(() => tellDeadClick(seen), DEAD_MS);
    });
}

/** The fourth click within a second of each other, and in the same place; then the count restarts. */
function isRage({ clientX: x, clientY: y, timeStamp: at }: MouseEvent): boolean {
    const isNear =
        rage && at - rage.at < RAGE_MS && Math.hypot(x - rage.x, y - rage.y) < RAGE_PIXELS;
    const times = isNear ? rage!.times + 1 : 1;
    rage = { at, x, y, times: times % RAGE_CLICKS };
    return times === RAGE_CLICKS;
}

/**
 * A dead click: for half a second nothing changes, scrolls, opens or moves. It is looked at from the
 * click on, before the page hears of it; the half second is counted when there is time.
 */
function watchForNothing(seen: Seen): void {
    // What changed before says nothing of this click.
    if (watched) observer.takeRecords();
    else {
        observer.observe(document, {
            subtree: true, childList: true, characterData: true, attributes: true,
        });
    }
    watched = seen;
}

function tellDeadClick(seen: Seen): void {
    if (watched !== seen) return;
    stopWatching();
    emit('$mp_dead_click', seen.own);
}

function stopWatching(): void {
    watched = undefined;
    observer.disconnect();
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

/**
 * Only while the project captures and the person has not opted out: what they did before is not told
 * after. Never an exception of the page's.
 */
export function guarded<T>(call: (event: T) => void): (event: T) => void {
    return (event) => {
        try {
            if (mayAutocapture() && isOpen()) call(event);
        } catch {
            count('throw');
        }
    };
}

/** The listeners; pagehide must come before the queue's, so this is called first. */
export function startAutocapture(): void {
    watchSecrets();
    observer = new MutationObserver(stopWatching);
    const listen = (type: string, call: (event: Event) => void) =>
        addEventListener(type, guarded(call), { capture: true, passive: true });
    listen('click', onClick);
    listen('change', onChange);
    listen('submit', (event) => tell('$mp_submit', event));
    listen('focusin', onFocus);
    listen('input', onFocus);
    listen('scroll', onScroll);
    for (const sign of SIGNS) listen(sign, stopWatching);
    listen('pagehide', () => leavePage(currentPage().url));
}
