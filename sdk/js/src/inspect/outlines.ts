// Which parts of the page may be told of, as outlines over it.

import { isIncluded, look } from '../reader';
import { element } from './dom';

/** The dictionary of the SDK: the text if it may be told, else ''. */
export type Known = (text: string, isIncluded: boolean, mayObserve: boolean) => string;
export type Grade = 'captured' | 'label' | 'never';

const COUNT_MAX = 400;
const FIELDS = 'input,textarea,select,[contenteditable]:not([contenteditable=false])';
const EXCLUDED = '[data-cd-exclude],.cd-exclude,.ph-no-capture,.mp-no-track';
const LOOKED_AT =
    `${FIELDS},${EXCLUDED},a,button,summary,[role=button],[role=link],[role=tab],[role=menuitem],` +
    '[role=checkbox],[role=radio],[role=switch]';

/** By the SDK's own reader; the dictionary decides whether the text goes along. */
export function gradeOf(target: Element, known: Known): Grade {
    try {
        const seen = target.matches(FIELDS) ? undefined : look(target);
        if (!seen) return 'never';
        const isTold = known(seen.text, isIncluded(seen.element), false) || known(seen.label, false, false);
        return isTold ? 'captured' : 'label';
    } catch {
        return 'never';
    }
}

/** Boxes in the layer, one for each part that is in sight. */
export function drawOutlines(layer: Element, host: Element, known: Known): void {
    const boxes: Element[] = [];
    for (const target of document.querySelectorAll(LOOKED_AT)) {
        if (boxes.length >= COUNT_MAX) break;
        const { top, left, width, height } = target.getBoundingClientRect();
        const isInSight = width && height && top < innerHeight && top + height > 0;
        if (!isInSight || left >= innerWidth || left + width <= 0 || target === host) continue;
        const box = element('div', { className: `box ${gradeOf(target, known)}` });
        box.style.cssText = `top:${top}px;left:${left}px;width:${width}px;height:${height}px`;
        boxes.push(box);
    }
    layer.replaceChildren(...boxes);
}
