// Errors as classes, templates and frames of the site's own code. A message is told in the words that
// engines and browsers use themselves; every other word becomes its kind.

import { guarded } from './autocapture';
import { emit } from './emit';
import { known } from './settings';
import { templateScript } from './url';

const FRAMES_MAX = 8;
const MESSAGE_MAX = 1000;
const ERRORS_MAX = 20; // on one page

const WORDS = new Set(
    (
        'a abort aborted access after all already an and any are argument arguments array as assign ' +
        'assignment at await be because been before bigint body boolean buffer by call callback ' +
        'called cannot class code connection constant constructor convert could data date deep ' +
        'defined delete descriptor destructure did document does done duplicate element empty end ' +
        'error exceeded expected failed fetch file find for from function get global handler has ' +
        'have import in index initialization initialized input instance instanceof internal into ' +
        'invalid is it iterable iterator json keyword left length literal load loading loop main map ' +
        'maximum memory method missing module must name network new no node non not null number ' +
        'object of on only operation operator or out parameter parse parsing permission pointer ' +
        'position promise properties property protocol proxy quota range read reading recursion ' +
        'redeclaration ref reference regular rejected rejection request resource response result ' +
        'return script security server set setting size some stack state status stream string ' +
        'super support supported symbol syntax target than the this timed timeout to token too type ' +
        'unable undefined unexpected unhandled unknown unterminated url use used user valid value ' +
        'variable was when while window with without write writing'
    ).split(' '),
);

/** A message with everything taken out that could be someone's. */
export function templateMessage(message: string): string {
    const whole = known(message, false, false);
    if (whole) return whole;
    return message
        .slice(0, MESSAGE_MAX)
        .replace(/(["'`\u201c\u2018])[^]*?(?:\1|[\u201d\u2019]|$)/g, ' <text> ')
        .replace(/\w[\w+.-]*:\/\/\S+/g, ' <url> ')
        .replace(/\S+@\S+/g, ' <email> ')
        .replace(/(?:[A-Za-z]:)?(?:[\\/][^\s\\/]+){2,}/g, ' <path> ')
        .replace(/[^\s<>]*\d[^\s<>]*/g, ' <number> ')
        .replace(/<\w+>|[^\s<>]+/g, (word) => {
            if (/^<(?:text|url|email|path|number)>$/.test(word)) return word;
            const [, bare = '', end = ''] = /^[(\[{]*(.*?)([.,:;!?)\]}]*)$/.exec(word)!;
            return WORDS.has(bare.toLowerCase()) ? bare + end : '<word>' + end;
        })
        .replace(/[<>](?!word|text|url|email|path|number)(?=\s|$)/g, '>')
        .replace(/(<\w+>)(?:\W+\1)+/g, '$1')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 200);
}

/** function, file template, line: of scripts of this origin only. */
export function framesOf(stack: string): string[] {
    const frames: string[] = [];
    for (const line of stack.slice(0, 20_000).split('\n')) {
        // "    at name (url:line:column)", or "name@url:line:column"
        const found = /^\s*(?:at )?(?:(.*?)(?: \(|@))?(https?:\/\/[^\s()]+?):(\d+)(?::\d+)?\)?$/.exec(
            line,
        );
        const file = found && templateScript(found[2]!);
        if (!file) continue;
        const name = /^(?:async |new )?[\w$.<>]{1,60}$/.test(found[1] ?? '') ? found[1]! : '';
        frames.push(`${/\d{4}/.test(name) ? '' : name}@${file}:${found[3]}`);
        if (frames.length === FRAMES_MAX) break;
    }
    return frames;
}

let told = 0;
const signatures = new Set<string>();

function tell(error: unknown, message: unknown): void {
    const isError = error instanceof Error;
    const name = isError ? String(error.name) : '';
    const kind = /^[A-Z][A-Za-z]{0,40}(?:Error|Exception)$/.test(name) ? name : 'Error';
    const text = isError ? error.message : typeof error === 'string' ? error : message;
    const template = typeof text === 'string' ? templateMessage(text) : '';
    const frames = isError && typeof error.stack === 'string' ? framesOf(error.stack) : [];
    const signature = kind + template + frames[0];
    if (told >= ERRORS_MAX || signatures.has(signature)) return;
    told++;
    signatures.add(signature);
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
