// Builds dist/: the classic script, the module, the types, and version.json with what a page needs to
// pin the script (SRI) and what it weighs.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import zlib from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';
import { ordered } from './order.mjs';

const GZIP_MAX = 12 * 1024;

const here = import.meta.dirname;
const dist = path.join(here, 'dist');
const { version } = JSON.parse(fs.readFileSync(path.join(here, 'package.json'), 'utf8'));

function run(words) {
    const tsc = path.join(here, 'node_modules/typescript/bin/tsc');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...words], {
        cwd: here, encoding: 'utf8',
    });
    if (status !== 0) {
        process.stderr.write(stdout + stderr);
        process.exit(1);
    }
}

// Names of properties that never leave the bundle and mean nothing to a browser.
const OWN_NAMES = [
    'isKept', 'isInteractive', 'isPublic', 'element', 'retryAfterMs',
    'forgetOnDevice', 'drop', 'own', 'domain',
    'nodes', 'send', 'beacon', 'close', 'times', 'label', 'save', 'wake',
];

// Names inside the bundle: longer ones of few letters are fewer bytes when gzipped than the shortest.
const LETTERS = 'etrnioaslucdpfhm';
const shortNames = {
    get(number) {
        let name = '';
        for (let rest = number; rest >= 0; rest = Math.floor(rest / LETTERS.length) - 1) {
            name += LETTERS[rest % LETTERS.length];
        }
        return name;
    },
};

// The inspector is built first: what it is like becomes a constant of the SDK.
let inspector = '';

// The SDK that `candor drill` sends against a server of its own: these sources, but for the parts that
// make them careful. It is embedded in the server's program, served by nothing else, and published
// nowhere.
const drill = path.join(here, 'drill');
const broken = {
    name: 'broken',
    setup(build) {
        build.onResolve({ filter: /^\.\/(?:detectors|emit|reader)$/ }, ({ path: name, importer }) => {
            if (name === './detectors') return { path: path.join(drill, 'blind-detectors.ts') };
            if (path.basename(importer) !== 'autocapture.ts') return undefined;
            return { path: path.join(drill, `greedy-${name.slice(2)}.ts`) };
        });
    },
};

async function bundle(entry, format, outfile, ownNames = OWN_NAMES, plugins = []) {
    const toldVersion = plugins.length ? `${version}-broken` : version;
    const { outputFiles } = await build({
        entryPoints: [path.join(here, 'src', entry)],
        plugins,
        bundle: true,
        minify: true,
        format,
        target: 'es2021',
        charset: 'utf8',
        legalComments: 'none',
        define: {
            __VERSION__: JSON.stringify(toldVersion), __INSPECTOR__: JSON.stringify(inspector),
        },
        ...(ownNames.length && { mangleProps: new RegExp(`^(?:${ownNames.join('|')})$`) }),
        write: false,
        logLevel: 'warning',
    });
    const small = await minify(outputFiles[0].text, {
        ecma: 2020,
        module: true, // nothing at the top is anybody else's
        mangle: { nth_identifier: shortNames },
        compress: {
            passes: 8, unsafe_arrows: true, unsafe_methods: true, unsafe_comps: true,
            unsafe_math: true, hoist_funs: true,
        },
    });
    const code = entry === 'classic.ts' ? ordered(small.code) : small.code;
    fs.writeFileSync(path.join(dist, outfile), code);
    return code;
}

function writeTypes() {
    run(['src/candor-api.ts', '--declaration', '--emitDeclarationOnly', '--ignoreConfig',
        '--outDir', dist, '--target', 'es2020', '--lib', 'es2020,dom']);
    const types = path.join(dist, 'candor-api.d.ts');
    const text = fs.readFileSync(types, 'utf8');
    fs.writeFileSync(path.join(dist, 'candor.d.ts'),
        `${text}export declare const candor: Candor;\nexport as namespace candorSdk;\n`);
    fs.rmSync(types);
}

function writeVersion() {
    const bytes = fs.readFileSync(path.join(dist, 'candor.js'));
    const gzip = zlib.gzipSync(bytes, { level: 9 }).length;
    const sri = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
    const about = { name: 'candor-js', version, sri, bytes: bytes.length, gzip };
    fs.writeFileSync(path.join(dist, 'version.json'), `${JSON.stringify(about, null, 2)}\n`);
    console.log(`candor.js ${version}: ${bytes.length} bytes, ${gzip} gzipped of ${GZIP_MAX}`);
    if (gzip > GZIP_MAX) {
        console.error(`build: ${gzip - GZIP_MAX} bytes too many`);
        process.exit(1);
    }
}

run(['--project', here]);
fs.rmSync(dist, { recursive: true, force: true });
fs.mkdirSync(path.join(dist, 'drill'), { recursive: true });
const inspect = await bundle('inspect/inspect.ts', 'iife', 'candor-inspect.js', []);
inspector = `sha256-${createHash('sha256').update(inspect).digest('base64')}`;
await bundle('classic.ts', 'iife', 'candor.js');
await bundle('classic.ts', 'iife', 'drill/broken.js', OWN_NAMES, [broken]);
await bundle('candor.ts', 'esm', 'candor.mjs');
writeTypes();
writeVersion();
