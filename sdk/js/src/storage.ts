// The only file that touches the device's storage. A browser that refuses it is no error: then
// everything lives as long as the page.

let store: Storage | undefined;
let prefix = '';

export function openStorage(key: string): void {
    prefix = `candor.${key}.`;
    try {
        const candidate = localStorage;
        candidate.setItem(prefix, '');
        candidate.removeItem(prefix);
        store = candidate;
    } catch {
        store = undefined;
    }
}

export function read(name: string): string | null {
    try {
        return store ? store.getItem(prefix + name) : null;
    } catch {
        return null;
    }
}

/** False when it does not fit or may not be. */
export function write(name: string, text: string): boolean {
    try {
        store?.setItem(prefix + name, text);
        return !!store;
    } catch {
        return false;
    }
}

export function remove(name: string): void {
    try {
        store?.removeItem(prefix + name);
    } catch {
        // Then it was never there.
    }
}

/** Our own names that begin so. */
export function names(beginning: string): string[] {
    const found: string[] = [];
    try {
        for (let i = 0; store && i < store.length; i++) {
            const name = store.key(i) ?? '';
            if (name.startsWith(prefix + beginning)) found.push(name.slice(prefix.length));
        }
    } catch {
        // As if there were none.
    }
    return found;
}

export function lockName(name: string): string {
    return prefix + name;
}
