// A page view for each template the person comes to, also where a script changes the address. The
// history functions stay as they are: the browser tells of moves, or is asked now and then.

import { enterPage, guarded, leavePage } from './autocapture';
import { emit } from './emit';
import type { Properties } from './filter';
import { currentPage } from './url';

const ASK_MS = 500;

let lastUrl = '';

export function tellPageView(given?: unknown): void {
    const { domain, path, params } = currentPage();
    const own: Properties = { ...params, current_domain: domain, current_url_path: path };
    emit('$mp_web_page_view', own, given);
}

function look(): void {
    const { url } = currentPage();
    if (url === lastUrl) return;
    leavePage(lastUrl);
    lastUrl = url;
    enterPage();
    tellPageView();
}

export function startPageViews(): void {
    const move = guarded(look);
    move(0);
    addEventListener('popstate', move);
    addEventListener('hashchange', move);
    const navigation = (globalThis as any).navigation;
    if (navigation?.addEventListener) navigation.addEventListener('currententrychange', move);
    else setInterval(move, ASK_MS);
}
