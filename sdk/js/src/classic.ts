// The classic script: one global, `candor`. A page that loads it twice keeps the first.

import { candor } from './candor';

const page = globalThis as { candor?: unknown };
page.candor ??= candor;
