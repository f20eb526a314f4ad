// The only file that touches the device's storage. A browser that refuses it is no error: then
// everything lives as long as the page.

import { ask } from './natives';

let store: Storage | undefined;
let prefix = '';

export function openStorage(key: string): void {
    prefix = `candor.${key}.`;
    store = ask(() => localStorage); // may be blocked: then there is none
}

/** Whether it may be used at all; it may be blocked nevertheless. */
export function isStorageOpen(): boolean {
    return !!prefix;
}

export function read(name: string): string | null {
    return ask(() => store!.getItem(prefix + name)) ?? null;
}

/** False when it does not fit or may not be. */
export function write(name: string, text: string): boolean {
    return !!ask(() => {
        store!.setItem(prefix + name, text);
        return true;
    });
}

export function remove(name: string): void {
    ask(() => store!.removeItem(prefix + name));
}

/** Our own names that begin so. */
export function names(beginning: string): string[] {
    const all = ask(() => Object.keys(store!)) ?? [];
    const ours = all.filter((name) => name.startsWith(prefix + beginning));
    return ours.map((name) => name.slice(prefix.length));
}
