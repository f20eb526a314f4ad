// What stands in a process's memory, of which a core file would hold a part.
import fs from 'node:fs';

const PIECE = 1 << 16;
const EMPTY = Buffer.alloc(PIECE);

/** Writable mappings: [{from, to, name, isDumped, isStack}]; isDumped: not left out of core files;
 * isStack: of a thread, which has a page without rights below it. */
export function writableMappings(pid) {
    const found = [];
    let last;
    let guardEnd;
    for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
        const head = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ (\S+) \d+\s*(.*)$/.exec(line);
        if (head) {
            const [, from, to, rights, device, name] = head;
            last = { from: BigInt(`0x${from}`), to: BigInt(`0x${to}`), rights, device, name };
            last.isStack = last.from === guardEnd;
            guardEnd = rights.startsWith('---') ? last.to : undefined;
        }
        const flags = /^VmFlags: (.*)$/.exec(line);
        if (flags && last?.rights.includes('w')) {
            found.push({ ...last, isDumped: !flags[1].split(' ').includes('dd') });
        }
    }
    return found;
}

function tell({ name, from, to }) {
    return `${name || 'anonymous'} at ${from.toString(16)}, ${to - from} bytes`;
}

/** The texts that stand in what a core file would hold: [[text, mapping]]. Everywhere: also in what
 * it would not hold, but for the stacks of threads, which are overwritten as they are used. */
export function findInMemory(pid, texts, { everywhere = false } = {}) {
    const needles = texts.map((text) => [text, Buffer.from(text)]);
    const overlap = Math.max(...needles.map(([, bytes]) => bytes.length));
    const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
    const found = new Map();
    const piece = Buffer.alloc(PIECE + overlap);
    for (const mapping of writableMappings(pid)) {
        if (!mapping.isDumped && (!everywhere || mapping.isStack)) continue;
        for (let at = mapping.from; at < mapping.to; at += BigInt(PIECE)) {
            let size = 0;
            try {
                const room = Number(mapping.to - at);
                size = fs.readSync(memory, piece, 0, Math.min(piece.length, room), at);
            } catch {
                continue; // a hole
            }
            const bytes = piece.subarray(0, size);
            if (!bytes.compare(EMPTY, 0, Math.min(size, PIECE), 0, Math.min(size, PIECE))) continue;
            for (const [text, needle] of needles) {
                if (bytes.includes(needle)) found.set(text, tell(mapping));
            }
        }
    }
    fs.closeSync(memory);
    return [...found];
}
