// The overlay's own style; the page's cannot reach in.

export const STYLE = `
:host { all: initial; color-scheme: light dark; }
* { box-sizing: border-box; }
section {
    --back: #fff; --text: #1b1f24; --quiet: #59626d; --line: #d5dae0; --mark: #e8f0fe;
    --focus: #0b57d0; --good: #14692d; --bad: #a4161a; --warn: #7a4b00;
    position: fixed; z-index: 2147483647; inset: auto 0 0 0; height: min(46vh, 460px);
    display: flex; flex-direction: column; background: var(--back); color: var(--text);
    font: 13px/1.45 system-ui, 'DejaVu Sans', sans-serif; border-top: 1px solid var(--line);
    box-shadow: 0 -4px 24px rgb(0 0 0 / .18);
}
@media (prefers-color-scheme: dark) {
    section {
        --back: #16191d; --text: #e7eaee; --quiet: #a3acb7; --line: #363c44; --mark: #243248;
        --focus: #8ab4f8; --good: #7ddc9a; --bad: #ff9a9c; --warn: #f2c26b;
    }
}
header {
    display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 8px 12px;
    border-bottom: 1px solid var(--line);
}
h2, h3, p, ul { margin: 0; }
h2 { font-size: 14px; } h3 { font-size: 13px; }
.room { flex: 1; }
.quiet, footer { color: var(--quiet); }
label { display: flex; align-items: center; gap: 5px; }
input, button { font: inherit; color: inherit; }
input[type=search] {
    width: 180px; padding: 3px 8px; background: transparent; border: 1px solid var(--line);
    border-radius: 5px;
}
button {
    padding: 3px 10px; border: 1px solid var(--line); border-radius: 5px; background: transparent;
    cursor: pointer;
}
button:hover { background: var(--mark); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: -1px; }
.body { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(320px, 5fr) 6fr; }
.list, .detail { overflow: auto; }
.list { border-right: 1px solid var(--line); }
.list > p { padding: 12px; }
[role=option] {
    display: grid; grid-template-columns: 92px minmax(0, 1fr) auto 62px 64px; gap: 8px;
    padding: 4px 12px; cursor: pointer; border-bottom: 1px solid var(--line);
}
[role=option]:hover, [aria-selected=true] { background: var(--mark); }
[role=option] b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
time, .size { color: var(--quiet); font-variant-numeric: tabular-nums; white-space: nowrap; }
.size, .fate { text-align: right; }
.removed, .rule { color: var(--warn); white-space: nowrap; }
.rule { font-weight: 600; }
.sent { color: var(--good); } .refused, .dropped { color: var(--bad); }
.detail { padding: 10px 14px; display: flex; flex-direction: column; gap: 6px; }
.detail ul { padding-left: 18px; }
table { border-collapse: collapse; width: 100%; }
th, td {
    text-align: left; vertical-align: top; font-weight: 400; padding: 2px 10px 2px 0;
    border-bottom: 1px solid var(--line); overflow-wrap: anywhere;
}
th { color: var(--quiet); width: 38%; }
td, code { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: 12px; }
.null { color: var(--quiet); }
footer { padding: 4px 12px; border-top: 1px solid var(--line); font-size: 12px; }
.layer { position: fixed; inset: 0; z-index: 2147483646; pointer-events: none; }
.box { position: fixed; border-radius: 3px; }
.box, .key { border: 2px solid; }
.key { padding: 0 6px; border-radius: 3px; white-space: nowrap; }
.captured { border-color: #1f9d4d; border-style: solid; }
.label { border-color: #c98700; border-style: dashed; }
.never { border-color: #d93025; border-style: dotted; }
@media (max-width: 720px) {
    .body { grid-template-columns: 1fr; grid-template-rows: 1fr 1fr; }
    .list { border-right: 0; border-bottom: 1px solid var(--line); }
}
`;
