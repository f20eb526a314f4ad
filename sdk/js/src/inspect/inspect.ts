// The inspector: shows what the SDK of this page sends, and what it took out. A file of its own,
// loaded when someone asks. Whatever it shows stays in this page: nothing here speaks to a network
// or touches the device.

import type { CandorInspected, CandorOptions } from '../candor-api';
import { isSigned } from './link';
import { type Known } from './outlines';
import { openPanel } from './panel';

/** What the SDK hands over, on the script element that loads this file. */
export interface Handed {
    inspect(isOn?: boolean): readonly CandorInspected[];
    known: Known;
    options: CandorOptions;
    /** Only when the page itself asked; else the link has to prove that it may. */
    records?: readonly CandorInspected[];
}

async function start(script: HTMLScriptElement): Promise<void> {
    const { inspect, known, options, records } = (script as unknown as { cd: Handed }).cd;
    script.remove();
    if (!records && !(await isSigned(location.href, options.trust, Date.now()))) return;
    openPanel({ records: inspect(), known, host: options.host, stop: () => inspect(false) });
}

if (document.currentScript) void start(document.currentScript as HTMLScriptElement);
