// Functions and literals at the top of a bundle may stand in any order, and gzip finds a likeness the
// cheaper the nearer it stands. So an order is looked for that compresses well: by trying, always the
// same way, so that the same sources give the same bytes.
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

/** The code of `(()=>{…})();`: its beginning, functions, `var` with literals, and the rest. */
function split(code) {
    const statements = bodyOf(ts.createSourceFile('x.js', code, ts.ScriptTarget.Latest).statements[0]);
    const text = (node) => code.slice(node.getFullStart(), node.end);
    const isFunction = ({ kind }) => kind === SyntaxKind.FunctionDeclaration;
    const others = statements.filter((node) => !isFunction(node));
    const { declarationList } = others[0];
    const isFree = ({ initializer }) => !initializer || LITERALS.has(initializer.kind);
    const all = [...declarationList.declarations];
    return {
        begin: code.slice(0, statements[0].getFullStart()),
        functions: statements.filter(isFunction).map(text),
        literals: all.filter(isFree).map(text),
        end: `,${all.filter((one) => !isFree(one)).map(text).join()};` +
            others.slice(1).map(text).join('') + code.slice(statements.at(-1).end),
    };
}

/** The same program in fewer bytes when gzipped. */
export function ordered(code) {
    const random = seeded();
    const { begin, end, ...best } = split(code);
    const joined = ({ functions, literals }) =>
        `${begin}${functions.join('')}var ${literals.join()}${end}`;
    let size = gzipSize(joined(best));
    for (let n = 0; n < TRIES; n++) {
        const which = random() < 0.7 ? 'functions' : 'literals';
        const list = [...best[which]];
        const [moved] = list.splice(Math.floor(random() * list.length), 1);
        list.splice(Math.floor(random() * (list.length + 1)), 0, moved);
        const its = gzipSize(joined({ ...best, [which]: list }));
        if (its > size) continue;
        size = its;
        best[which] = list;
    }
    return joined(best);
}
