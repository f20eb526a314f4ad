// A module of src/ as node can run it, bundled with what it imports.
import path from 'node:path';
import { build } from 'esbuild';

const src = path.resolve(import.meta.dirname, '../../src');

export async function load(name) {
    const { outputFiles } = await build({
        entryPoints: [path.join(src, `${name}.ts`)], bundle: true, format: 'esm', write: false,
        target: 'es2022', define: { __VERSION__: '"0"' },
    });
    return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
