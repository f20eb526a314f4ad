// Errors as classes, templates and frames of the site's own code. A message is told in the words that
// engines and browsers use themselves; every other word becomes its kind.

import { guarded } from './autocapture';
import { emit } from './emit';
import { known } from './settings';
import { templateScript } from './url';

const FRAMES_MAX = 8;
const MESSAGE_MAX = 1000;
const ERRORS_MAX = 20; // on one page

const WORDS = (
        'a access an argument array before call cannot defined error ' +
        'exceeded expected failed fetch for from function in input invalid is json length ' +
        'load maximum missing name network not null number object of operation ' +
        'properties property read reading stack string ' +
        'the this to token type undefined unexpected valid value variable'
).split(' ');

/** What a word of a message is, when it may not be told. */
function kindOf(word: string): string {
    if (/^["'`\u2018\u201c\u00ab]/.test(word)) return ':text';
    if (word.includes('://')) return ':url';
    if (word.includes('@')) return ':email';
    if (/[\\/]/.test(word)) return ':path';
    return /\d/.test(word) ? ':number' : ':word';
}

/** A message with everything taken out that could be someone's. */
export function templateMessage(message: string): string {
    return (
        known(message, false, false) ||
        message
            .slice(0, MESSAGE_MAX)
            .replace(/(["'`])[^]*?\1|\S+/g, (word) => {
                const bare = word.replace(/^[([{]|[.,:;!?)\]}]+$/g, '');
                return !bare || WORDS.includes(bare.toLowerCase()) ? bare : kindOf(bare);
            })
            .slice(0, 200)
            .trim()
    );
}

/** function, file template, line: of scripts of this origin only. */
export function framesOf(stack: string): string[] {
    const frames: string[] = [];
    for (const line of stack.slice(0, 20_000).split('\n')) {
        // "    at name (url:line:column)", or "name@url:line:column"
        const [, name = '', script = '', row] =
            /^\s*(?:at )?(?:(.*?)(?: \(|@))?(https?:[^\s()]+?):(\d+)(?::\d+)?\)?$/.exec(line) ?? [];
        const file = templateScript(script);
        const isName = /^(?!.*\d{4})[\w$.<> ]{1,60}$/.test(name);
        if (file) frames.push(`${isName ? name : ''}@${file}:${row}`);
    }
    return frames.slice(0, FRAMES_MAX);
}

const told = new Set<string>();

function tell(error: unknown, message: unknown): void {
    const { name, message: text, stack } = error instanceof Error ? error : ({} as Error);
    const kind = /^[A-Z][A-Za-z]{0,40}(?:Error|Exception)$/.test(name) ? name : 'Error';
    const template = templateMessage(String(text ?? (typeof error === 'string' ? error : message)));
    const frames = framesOf(String(stack));
    const signature = kind + template + frames[0];
    if (told.size >= ERRORS_MAX || told.has(signature)) return;
    told.add(signature);
    emit('$error', {
        $mp_autocapture: true, $error_class: kind, $error_message: template, $error_frames: frames,
    });
}

export function startErrors(): void {
    addEventListener('error', guarded((event: ErrorEvent) => {
        // A resource that fails to load has no message.
        if (event.message !== undefined) tell(event.error, event.message);
    }));
    addEventListener('unhandledrejection', guarded((event: PromiseRejectionEvent) => {
        tell(event.reason, '');
    }));
}
