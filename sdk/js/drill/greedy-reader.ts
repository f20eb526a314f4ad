// In place of ../src/reader in the drill's broken SDK: an element's attributes, its form's fields and
// their attributes leave with it, as they left in 2018. Never part of what a page loads elsewhere.

import type { Properties } from '../src/filter';
import { look as lookCarefully, type Seen } from '../src/reader';

export * from '../src/reader';

const CONTROLS = 'button,a,input,select,textarea,form';

function addAttributes(to: Properties, prefix: string, element: Element): void {
    for (const { name, value } of element.attributes) to[`${prefix}${name}`] = value;
}

function addForm(to: Properties, form: Element): void {
    for (const field of form.querySelectorAll('input')) {
        const name = field.name || field.id;
        to[`$form_field__${name}`] = field.value;
        addAttributes(to, `$form_attr__${name}__`, field);
    }
}

/** What the careful one tells, and all that it would not. */
export function look(target: Element): Seen | undefined {
    const seen = lookCarefully(target);
    const element = target.closest(CONTROLS);
    if (!seen || !element) return seen;
    const own: Properties = { ...seen.own };
    addAttributes(own, '$el_attr__', element);
    const form = element.closest('form');
    if (form) addForm(own, form);
    return { ...seen, own };
}
