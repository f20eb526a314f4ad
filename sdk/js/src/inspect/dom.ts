// Elements, made without any HTML.

export function element<K extends keyof HTMLElementTagNameMap>(
    tag: K, properties: Partial<HTMLElementTagNameMap[K]> & Record<string, unknown> = {},
    ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name.includes('-') || name === 'role') made.setAttribute(name, String(value));
        else (made as any)[name] = value;
    }
    made.append(...children);
    return made;
}
