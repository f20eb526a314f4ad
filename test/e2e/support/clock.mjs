// A server's clock that a test moves while the server runs.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const source = path.join(import.meta.dirname, 'clock_ahead.c');

export class Clock {
    /** In a folder that exists; the environment of a server that goes by it is its `environment`. */
    constructor(place) {
        const library = path.join(place, 'clock_ahead.so');
        const words = ['-shared', '-fPIC', '-O1', '-D_GNU_SOURCE', '-o', library, source];
        const { status, stderr } = spawnSync(process.env.CC ?? 'cc', words);
        if (status !== 0) throw new Error(`no clock: ${stderr}`);
        this.file = path.join(place, 'ahead');
        this.environment = { LD_PRELOAD: library, CLOCK_AHEAD: this.file };
        this.set(0);
    }

    /** From now on it is so much later than it is. */
    set(aheadMs) {
        this.aheadMs = aheadMs;
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(BigInt(Math.round(aheadMs / 1000)));
        const file = fs.openSync(this.file, fs.constants.O_CREAT | fs.constants.O_WRONLY);
        fs.writeSync(file, bytes, 0, bytes.length, 0); // in place: it is mapped
        fs.closeSync(file);
    }

    now() {
        return Date.now() + this.aheadMs;
    }
}
