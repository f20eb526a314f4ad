// Loads the inspector, a file of its own, when someone asks to see what is being sent. The browser
// takes exactly the bytes that were built with this file, or none; it is the inspector that looks at
// the signature of a link.

import type { CandorOptions } from './candor-api';
import { inspect, type Inspected, VERSION } from './emit';
import { known } from './settings';

declare const __INSPECTOR__: string; // 'sha256-…'

/** With records it opens at once; without them only for a link that the server has signed. */
export function openInspector(options: CandorOptions, records?: readonly Inspected[]): void {
    document.head.append(
        Object.assign(document.createElement('script'), {
            src: `${options.host}/sdk/${VERSION}/candor-inspect.js`, integrity: __INSPECTOR__,
            crossOrigin: '', cd: { inspect, known, options, records },
        }),
    );
}
