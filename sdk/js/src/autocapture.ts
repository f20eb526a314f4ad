// What people do on a page, as structure: that a button was pressed, never what it says, unless the
// site's own dictionary knows the words. The rules that cannot be configured are in `reader`.

import { count, emit } from './emit';
import type { Properties } from './filter';
import { steadyMs } from './natives';
import {
    isSecretField, look, pointOf, scrollPercent, type Seen, targetOf, watchSecrets,
} from './reader';
import { known, mayAutocapture } from './settings';

const RAGE_CLICKS = 4;
const RAGE_MS = 1000;
const RAGE_PIXELS = 30;
const DEAD_MS = 500;
const SCROLL_QUIET_MS = 150;
const CHECKPOINTS = [25, 50, 75, 100];

let rage: { at: number; x: number; y: number; times: number } | undefined;
let deepest = 0;
let checkpoint = 0;
let scrollTimer: ReturnType<typeof setTimeout> | undefined;
let pageSince = 0;
let isLeft = false;

/** What an event says of an element: from closed lists, or known to the dictionary. */
function propertiesOf(seen: Seen, domEvent: string): Properties {
    const all: Properties = {
        $mp_autocapture: true, $event_type: domEvent, $el_tag_name: seen.tag,
    };
    const text =
        known(seen.text, seen.isIncluded, !seen.isInForm) || known(seen.label, false, false);
    if (seen.role) all['$el_role'] = seen.role;
    if (seen.type) all['$el_type'] = seen.type;
    if (seen.path) all['$el_path'] = seen.path;
    if (seen.link) all['$el_attr__href'] = seen.link;
    if (text) all['$el_text'] = text;
    else if (seen.lengthClass) all['$el_text_length'] = seen.lengthClass;
    return all;
}

function onClick(event: Event): void {
    const target = targetOf(event);
    const seen = target && look(target);
    if (!seen) return;
    const properties = propertiesOf(seen, 'click');
    emit('$mp_click', properties);
    if (isRage(event)) emit('$mp_rage_click', properties);
    if (seen.isInteractive) watchForNothing(properties);
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
function watchForNothing(properties: Properties): void {
    const signs = [
        'scroll', 'change', 'input', 'submit', 'toggle', 'hashchange', 'popstate', 'selectionchange',
        'pagehide', 'visibilitychange', 'focusin', 'blur', 'play', 'pause',
    ];
    const stop = () => {
        clearTimeout(timer);
        observer.disconnect();
        for (const sign of signs) removeEventListener(sign, stop, true);
    };
    const observer = new MutationObserver(stop);
    const timer = setTimeout(() => {
        stop();
        emit('$mp_dead_click', properties);
    }, DEAD_MS);
    observer.observe(document, {
        subtree: true, childList: true, characterData: true, attributes: true,
    });
    for (const sign of signs) addEventListener(sign, stop, true);
}

function onChange(event: Event): void {
    const target = targetOf(event);
    if (!target) return;
    isSecretField(target);
    const seen = look(target);
    if (seen && /^(?:input|select|textarea)$/.test(seen.tag)) {
        emit('$mp_input_change', propertiesOf(seen, 'change'));
    }
}

function onSubmit(event: Event): void {
    const target = targetOf(event);
    const seen = target && look(target);
    if (seen) emit('$mp_submit', propertiesOf(seen, 'submit'));
}

function onFocus(event: Event): void {
    const target = targetOf(event);
    if (target) isSecretField(target);
}

function onScroll(): void {
    clearTimeout(scrollTimer);
    scrollTimer = setTimeout(guarded(measureScroll), SCROLL_QUIET_MS);
}

function measureScroll(): void {
    deepest = Math.max(deepest, scrollPercent());
    const passed = CHECKPOINTS.filter((mark) => mark <= deepest).pop() ?? 0;
    if (passed <= checkpoint) return;
    checkpoint = passed;
    emit('$mp_scroll', { $mp_autocapture: true, $scroll_checkpoint: passed });
}

/** The page is left, by a new template or by closing; once. */
export function leavePage(): void {
    if (isLeft || !pageSince) return;
    isLeft = true;
    emit('$mp_page_leave', {
        $mp_autocapture: true,
        $max_scroll_percentage: Math.round(deepest / 5) * 5,
        $duration: Math.round((steadyMs() - pageSince) / 1000),
    });
}

export function enterPage(): void {
    pageSince = steadyMs();
    isLeft = false;
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
    listen('submit', onSubmit);
    listen('focusin', onFocus);
    listen('input', onFocus);
    listen('scroll', onScroll);
    listen('pagehide', leavePage);
    listen('pageshow', (event) => {
        if ((event as PageTransitionEvent).persisted) enterPage();
    });
}
