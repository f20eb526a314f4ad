// The overlay: a list of records, the chosen one's fields, and outlines on the page. It lives in a
// closed shadow root on an element that the SDK excludes, so nothing done here is ever recorded.

import type { CandorInspected } from '../candor-api';
import { element } from './dom';
import { drawOutlines, type Known } from './outlines';
import { Fates, type Row, rowOf, wordsOf } from './rows';
import { STYLE } from './style';

export interface PanelPorts {
    /** The SDK's live list. */
    records: readonly CandorInspected[];
    known: Known;
    host: string;
    /** Closed: the SDK keeps no more records. */
    stop(): void;
}

const LOOK_MS = 250;
const WORDS = { waits: 'waits', sent: 'sent', refused: 'refused', dropped: 'dropped' };

let close: (() => void) | undefined;

function fieldsTable({ fields }: Row): HTMLElement {
    const rows = fields.map(([name, value]) => {
        const head = element('th', { scope: 'row' }, name);
        const empty = value === 'null' ? { className: 'null' } : {};
        return element('tr', {}, head, element('td', empty, value));
    });
    return element('table', { 'aria-label': 'Fields' }, element('tbody', {}, ...rows));
}

function removedList({ removed }: Row): HTMLElement[] {
    if (!removed.length) return [element('p', { className: 'quiet' }, 'Nothing was removed.')];
    const items = removed.map(([path, rule]) => {
        const where = element('code', {}, path || 'the record');
        const id = element('span', { className: 'rule' }, rule);
        return element('li', {}, where, ' by rule ', id, ` ${wordsOf(rule)}`);
    });
    return [element('h3', {}, 'Removed'), element('ul', {}, ...items)];
}

/** Opens it, or brings the open one to the front. */
export function openPanel(ports: PanelPorts): void {
    close?.();
    const panel = new Panel(ports);
    close = () => {
        close = undefined;
        panel.remove();
    };
    panel.onClose = () => {
        close?.();
        ports.stop();
    };
}

class Panel {
    onClose: () => void = () => {};
    private readonly host = element('div', { 'data-cd-exclude': '' });
    private readonly layer = element('div', { className: 'layer', 'aria-hidden': 'true' });
    private readonly list = element('div', {
        className: 'list', role: 'listbox', tabIndex: 0, 'aria-label': 'Records, the newest first',
    });
    private readonly detail = element('div', { className: 'detail', tabIndex: 0 });
    private readonly filter = element('input', {
        type: 'search', placeholder: 'Filter', 'aria-label': 'Filter records',
    });
    private readonly outlines = element('input', { type: 'checkbox', checked: true });
    private readonly total = element('span', { className: 'quiet' });
    private readonly fates = new Fates();
    private readonly rows = new Map<CandorInspected, Row>();
    private readonly before = document.activeElement as HTMLElement | null;
    private readonly stops: (() => void)[] = [];
    private count = 0;
    private chosen: CandorInspected | undefined;
    private shown: Row[] = [];
    private seen = '';

    constructor(private readonly ports: PanelPorts) {
        const root = this.host.attachShadow({ mode: 'closed' });
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet];
        root.append(this.layer, this.frame());
        document.documentElement.append(this.host);
        this.listen();
        this.watchRequests();
        this.refresh();
        this.filter.focus({ preventScroll: true });
    }

    remove(): void {
        for (const stop of this.stops) stop();
        this.host.remove();
        this.before?.focus?.({ preventScroll: true });
    }

    private frame(): HTMLElement {
        const legend = ['captured', 'label', 'never'].map((grade) => {
            const word = { captured: 'text told', label: 'structure only', never: 'never' }[grade];
            return element('span', { className: `key ${grade}` }, word!);
        });
        const shut = element('button', { type: 'button', title: 'Close (Escape)' }, 'Close');
        shut.addEventListener('click', () => this.onClose());
        const head = element('header', {},
            element('h2', { id: 'title' }, 'What this page sends'), this.total,
            element('span', { className: 'room' }),
            element('label', {}, this.outlines, 'Outlines'), ...legend, this.filter, shut);
        const body = element('div', { className: 'body' }, this.list, this.detail);
        const note = element('footer', {}, 'Shown in this page only; nothing here is sent.');
        return element('section', { role: 'dialog', 'aria-labelledby': 'title' }, head, body, note);
    }

    private listen(): void {
        this.host.addEventListener('keydown', (event) => this.onKey(event));
        for (const type of ['keyup', 'keypress', 'click', 'input', 'change', 'pointerdown']) {
            this.host.addEventListener(type, (event) => event.stopPropagation());
        }
        this.filter.addEventListener('input', () => this.refresh(true));
        this.outlines.addEventListener('change', () => this.draw());
        this.list.addEventListener('click', (event) => {
            const option = (event.target as Element).closest('[role=option]') as HTMLElement | null;
            if (option) this.choose(+option.dataset.id!);
        });
        const draw = () => requestAnimationFrame(() => this.draw());
        const timer = setInterval(() => {
            this.refresh();
            this.draw();
        }, LOOK_MS);
        addEventListener('scroll', draw, { capture: true, passive: true });
        addEventListener('resize', draw);
        this.stops.push(() => clearInterval(timer), () => {
            removeEventListener('scroll', draw, { capture: true });
            removeEventListener('resize', draw);
        });
    }

    /** The browser's own list of requests says which records have left. */
    private watchRequests(): void {
        const observer = new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
                const { origin, pathname } = new URL(entry.name);
                if (origin !== new URL(this.ports.host, location.href).origin) continue;
                const to = pathname.split('/').pop()!;
                const startedMs = performance.timeOrigin + entry.startTime;
                this.fates.settle(this.ports.records, to, startedMs, entry.responseStatus);
            }
            this.refresh(true);
        });
        observer.observe({ type: 'resource', buffered: true });
        this.stops.push(() => observer.disconnect());
    }

    private onKey(event: KeyboardEvent): void {
        event.stopPropagation();
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (event.key === 'Escape') {
            event.preventDefault();
            this.onClose();
        } else if (step && !event.altKey) {
            const at = this.shown.findIndex((row) => row.inspected === this.chosen);
            const next = this.shown[Math.max(0, Math.min(this.shown.length - 1, at + step))];
            const isInDetail = event.composedPath()[0] === this.detail;
            if (!next || isInDetail) return;
            event.preventDefault();
            this.choose(next.id);
        }
    }

    private choose(id: number): void {
        const row = this.shown.find((one) => one.id === id);
        if (!row) return;
        this.chosen = row.inspected;
        this.refresh(true);
        this.list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    }

    private rowFor(inspected: CandorInspected): Row {
        let row = this.rows.get(inspected);
        if (!row) this.rows.set(inspected, (row = rowOf(inspected, ++this.count)));
        return row;
    }

    private refresh(isForced = false): void {
        const { records } = this.ports;
        const last = records[records.length - 1];
        const seen = `${records.length} ${last ? this.rowFor(last).id : 0}`;
        if (seen === this.seen && !isForced) return;
        this.seen = seen;
        for (const inspected of this.rows.keys()) {
            if (!records.includes(inspected)) this.rows.delete(inspected);
        }
        const wanted = this.filter.value.trim().toLowerCase();
        const all = [...records].reverse().map((inspected) => this.rowFor(inspected));
        this.shown = all.filter((row) => row.text.includes(wanted));
        this.total.textContent =
            `${this.shown.length} of ${all.length} record${all.length === 1 ? '' : 's'}`;
        this.list.replaceChildren(...this.shown.map((row) => this.option(row)));
        const empty = all.length ? 'No record has this text.' : 'Nothing has been recorded yet.';
        if (!this.shown.length) this.list.append(element('p', { className: 'quiet' }, empty));
        this.showDetail();
    }

    private option(row: Row): HTMLElement {
        const fate = this.fates.of(row.inspected);
        const removed = row.removed.length ? `${row.removed.length} removed` : '';
        const option = element('div', {
            role: 'option', id: `row${row.id}`, 'aria-selected': row.inspected === this.chosen,
        },
        element('time', {}, row.time), element('b', {}, row.name),
        element('span', { className: 'removed' }, removed),
        element('span', { className: 'size' }, `${row.bytes} B`),
        element('span', { className: `fate ${fate}` }, WORDS[fate]));
        option.dataset.id = String(row.id);
        if (row.inspected === this.chosen) {
            this.list.setAttribute('aria-activedescendant', option.id);
        }
        return option;
    }

    private showDetail(): void {
        const row = this.shown.find((one) => one.inspected === this.chosen) ?? this.shown[0];
        if (!row) return this.detail.replaceChildren();
        const fate = this.fates.of(row.inspected);
        const said = `${row.time}, to /${row.inspected.to}, ${row.bytes} bytes, ${WORDS[fate]}`;
        const { scrollTop } = this.detail;
        this.detail.setAttribute('aria-label', `Record ${row.name}`);
        this.detail.replaceChildren(element('h3', {}, row.name),
            element('p', { className: 'quiet' }, said), ...removedList(row), fieldsTable(row));
        this.detail.scrollTop = scrollTop;
    }

    private draw(): void {
        if (this.outlines.checked) drawOutlines(this.layer, this.host, this.ports.known);
        else this.layer.replaceChildren();
    }
}

