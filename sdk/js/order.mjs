// Functions and literals at the top of a bundle may stand in any order, and gzip finds a likeness the
// cheaper the nearer it stands. So an order is looked for that compresses well: by trying, always the
// same way, so that the same sources give the same bytes. Functions become arrows before: those say
// less.
import zlib from 'node:zlib';
import ts from 'typescript';

const TRIES = 6000;

const { SyntaxKind } = ts;
const LITERALS = new Set([
    SyntaxKind.StringLiteral, SyntaxKind.NumericLiteral, SyntaxKind.RegularExpressionLiteral,
]);

function gzipSize(text) {
    return zlib.gzipSync(text, { level: 9 }).length;
}

/** Numbers below one, the same ones each time. */
function seeded() {
    let state = 7;
    return () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 2 ** 31;
}

function bodyOf(node) {
    while (node.expression) node = node.expression;
    return node.body.statements;
}

/** Whether a function may become an arrow: nothing in it says `this` or `arguments`. */
function isPlain(node) {
    const own = node.kind === SyntaxKind.ThisKeyword || node.escapedText === 'arguments';
    return !own && !ts.forEachChild(node, (child) => !isPlain(child));
}

/** `function f(a){return b}` as `f=a=>b`: an initializer of a `var`, and as good. */
function arrowOf(node, text) {
    const { body, modifiers, name, parameters } = node;
    const [first, ...more] = body.statements;
    const names = parameters.map(text).join();
    const head = /^[\w$]+$/.test(names) && !modifiers ? names : `(${names})`;
    const isValue = first.kind === SyntaxKind.ReturnStatement && !more.length;
    const value = isValue && text(first.expression);
    const isList = isValue && first.expression.operatorToken?.kind === SyntaxKind.CommaToken;
    const told = !isValue ? text(body) : isList || value[0] === '{' ? `(${value})` : value;
    return `${name.text}=${modifiers ? 'async' : ''}${head}=>${told}`;
}

/**
 * The code of `(()=>{…})();`: its beginning, then what may stand in any order in the first `var`,
 * functions and literals, then the rest.
 */
function split(code) {
    const statements = bodyOf(ts.createSourceFile('x.js', code, ts.ScriptTarget.Latest).statements[0]);
    const text = (node) => code.slice(node.getFullStart(), node.end).trim();
    const isFunction = (node) => node.kind === SyntaxKind.FunctionDeclaration && isPlain(node);
    const others = statements.filter((node) => !isFunction(node));
    const at = others.findIndex(({ declarationList }) => declarationList);
    const isFree = ({ initializer }) => !initializer || LITERALS.has(initializer.kind);
    const all = [...others[at].declarationList.declarations];
    const told = (nodes) => nodes.map(text).join('');
    return {
        begin: code.slice(0, statements[0].getFullStart()) + told(others.slice(0, at)),
        free: [
            ...statements.filter(isFunction).map((node) => arrowOf(node, text)),
            ...all.filter(isFree).map(text),
        ],
        end: `,${all.filter((one) => !isFree(one)).map(text).join()};` +
            told(others.slice(at + 1)) + code.slice(statements.at(-1).end),
    };
}

/** The same program in fewer bytes when gzipped. */
export function ordered(code) {
    const random = seeded();
    const { begin, free, end } = split(code);
    const joined = (list) => `${begin}var ${list.join()}${end}`;
    let best = free;
    let size = gzipSize(joined(best));
    for (let n = 0; n < TRIES; n++) {
        const list = [...best];
        const count = 1 + Math.floor(3 * random() ** 2); // more often one than two or three
        const moved = list.splice(Math.floor(random() * list.length), count);
        list.splice(Math.floor(random() * (list.length + 1)), 0, ...moved);
        const its = gzipSize(joined(list));
        if (its > size) continue;
        size = its;
        best = list;
    }
    return joined(best);
}
