// The only file that touches the device's storage. A browser that refuses it is no error: then
// everything lives as long as the page.

let store: Storage | undefined;
let prefix = '';

export function openStorage(key: string): void {
    prefix = `candor.${key}.`;
    try {
        store = localStorage;
    } catch {
        // Blocked: then there is none.
    }
}

export function read(name: string): string | null {
    try {
        return store!.getItem(prefix + name);
    } catch {
        return null;
    }
}

/** False when it does not fit or may not be. */
export function write(name: string, text: string): boolean {
    try {
        store!.setItem(prefix + name, text);
        return true;
    } catch {
        return false;
    }
}

export function remove(name: string): void {
    try {
        store!.removeItem(prefix + name);
    } catch {
        // Then it was never there.
    }
}

/** Our own names that begin so. */
export function names(beginning: string): string[] {
    try {
        const all = Object.keys(store!).filter((name) => name.startsWith(prefix + beginning));
        return all.map((name) => name.slice(prefix.length));
    } catch {
        return [];
    }
}
