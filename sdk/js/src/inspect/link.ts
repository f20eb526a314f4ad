// A link that opens the inspector: the server has signed, with the key that signs the project's
// settings, for which origin and until when.

interface Permit {
    v: number;
    origin: string;
    /** Seconds since 1970. */
    until: number;
}

const SECONDS_MAX = 3600; // whatever the link says of itself
const VERSION = 2; // settings are 1: neither passes for the other

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Whether the address carries a permit of the project's server for this origin, still in force. */
export async function isSigned(
    href: string, trust: string | undefined, nowMs: number,
): Promise<boolean> {
    try {
        const { searchParams, origin } = new URL(href);
        const { payload, signature } = JSON.parse(atob(searchParams.get('cd_inspect')!));
        const { subtle } = crypto;
        const key = await subtle.importKey('raw', bytesOf(trust!), 'Ed25519', false, ['verify']);
        const bytes = bytesOf(payload);
        if (!(await subtle.verify('Ed25519', key, bytesOf(signature), bytes))) return false;
        const permit: Permit = JSON.parse(new TextDecoder().decode(bytes));
        const left = permit.until - nowMs / 1000;
        return permit.v === VERSION && permit.origin === origin && left > 0 && left <= SECONDS_MAX;
    } catch {
        return false; // no trust, no Ed25519, or no such link
    }
}
