// In place of ../src/emit in the drill's broken autocapture: presses of buttons and submits are told
// again as the event that they were in 2018, of which autocapture's closed list lets nothing through,
// and as one that no list knows, so that detectors and the watch have something to find.

import { emit as emitOnce } from '../src/emit';
import type { Properties } from '../src/filter';

export * from '../src/emit';

const OLD_NAMES = /^\$(?:event_type|el_tag_name|el_attr__|form_field__)/;

export function emit(name: string, own: Properties): void {
    emitOnce(name, own);
    if (!/^(?:button|form)$/.test(String(own['$el_tag_name'])) || !own['$event_type']) return;
    const old = Object.entries(own).filter(([key]) => OLD_NAMES.test(key));
    emitOnce('$web_event', Object.fromEntries(old));
    emitOnce('Pressed', Object.fromEntries(old));
}
