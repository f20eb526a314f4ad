// What stands in a process's memory that a core file would hold.
import fs from 'node:fs';

const PIECE = 1 << 16;
const EMPTY = Buffer.alloc(PIECE);

/** Writable mappings that are not left out of core files: [{from, to, name}]. */
export function dumpedMappings(pid) {
    const found = [];
    let last;
    for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
        const head = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ (\S+) \d+\s*(.*)$/.exec(line);
        if (head) {
            const [, from, to, rights, device, name] = head;
            last = { from: BigInt(`0x${from}`), to: BigInt(`0x${to}`), rights, device, name };
        }
        const flags = /^VmFlags: (.*)$/.exec(line);
        if (flags && last?.rights.includes('w') && !flags[1].split(' ').includes('dd')) {
            found.push(last);
        }
    }
    return found;
}

/** The texts that stand in the memory: [[text, mapping]]. */
export function findInMemory(pid, texts) {
    const needles = texts.map((text) => [text, Buffer.from(text)]);
    const overlap = Math.max(...needles.map(([, bytes]) => bytes.length));
    const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
    const found = new Map();
    const piece = Buffer.alloc(PIECE + overlap);
    for (const mapping of dumpedMappings(pid)) {
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
                if (bytes.includes(needle)) found.set(text, mapping.name || 'anonymous');
            }
        }
    }
    fs.closeSync(memory);
    return [...found];
}
