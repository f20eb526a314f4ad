// ./dev leakbench: every scenario with our SDK and with others side by side, then the mutants.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { mutant } from './leak-mutate.mjs';
import { isPlayable, readScenarios, Stage } from './leak-play.mjs';
import { loadSdk, sdks } from './leak-sdks.mjs';

const USAGE = `usage: ./dev leakbench [--sdk ${Object.keys(sdks).join('|')}] [--only REGEX]
                       [--mutants N] [--seed S] [--verbose]`;
const MUTANTS = 50;

function options() {
    const { values } = parseArgs({
        options: {
            sdk: { type: 'string' }, only: { type: 'string', default: '' },
            mutants: { type: 'string', default: String(MUTANTS) },
            seed: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false },
        },
    });
    if (values.sdk !== undefined && !sdks[values.sdk]) throw new TypeError(`no SDK "${values.sdk}"`);
    if (!/^\d{1,6}$/.test(values.mutants)) throw new TypeError('--mutants wants a number');
    return { ...values, only: new RegExp(values.only), mutants: Number(values.mutants) };
}

function word({ leaked, silent, error }) {
    if (error) return 'ERROR';
    if (leaked.length) return 'LEAKED';
    return silent.length ? 'silent' : 'clean';
}

function totals(verdicts) {
    const leaked = verdicts.filter((verdict) => verdict.leaked.length).length;
    const silent = verdicts.filter((verdict) => verdict.silent.length).length;
    const errors = verdicts.filter((verdict) => verdict.error).length;
    return { leaked, silent, errors, all: verdicts.length };
}

function sentence({ leaked, silent, errors, all }) {
    return `${leaked} leaked, ${silent} silent${errors ? `, ${errors} errors` : ''}, of ${all}`;
}

async function playWith(name, scenarios, tell) {
    const stage = await Stage.open(loadSdk(name));
    try {
        return await stage.playAll(scenarios, tell);
    } finally {
        await stage.close();
    }
}

async function sideBySide(names, scenarios) {
    const columns = new Map();
    for (const name of names) columns.set(name, await playWith(name, scenarios));
    const line = (id, words, title) =>
        console.log(`${id.padEnd(5)}${words.map((one) => one.padEnd(10)).join('')}${title}`);
    line('', names, '');
    for (const [i, scenario] of scenarios.entries()) {
        line(scenario.id, names.map((name) => word(columns.get(name)[i])), scenario.title);
    }
    console.log('');
    const isListed = ({ id }) => /^[ABL]/.test(id);
    for (const name of names) {
        const verdicts = columns.get(name);
        console.log(`${name}, autocapture and URL: ${sentence(totals(verdicts.filter(isListed)))}`);
        const rest = verdicts.filter((verdict) => !isListed(verdict));
        if (rest.length) console.log(`${name}, errors and device: ${sentence(totals(rest))}`);
    }
    return columns;
}

function explain(verdict, verbose) {
    const { id, number, leaked, silent, error, sent } = verdict;
    const name = number === undefined ? id : `${id} mutant ${number}`;
    if (error) console.log(`${name}: ${error}`);
    if (leaked.length) console.log(`${name}: leaked ${JSON.stringify(leaked)}`);
    if (silent.length) console.log(`${name}: silent about ${silent.join(', ')}`);
    if (verbose && sent) for (const text of sent) console.log(`    ${text.replace(/\n/g, '\n    ')}`);
}

function isBad(verdict) {
    return verdict.error || verdict.leaked.length || verdict.silent.length;
}

async function playMutants(name, scenarios, { mutants, seed, verbose }) {
    const all = scenarios.filter(({ canaries, offline }) => canaries && !offline).flatMap((scenario) => {
        return Array.from({ length: mutants }, (_, number) => mutant(scenario, number, seed));
    });
    const begin = Date.now();
    let done = 0;
    const verdicts = await playWith(name, all, (verdict) => {
        done++;
        if (isBad(verdict)) explain(verdict, verbose);
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all.length} mutants `);
    });
    if (process.stderr.isTTY) process.stderr.write('\r');
    const seconds = Math.round((Date.now() - begin) / 1000);
    console.log(`${name}, mutants, seed ${seed}: ${sentence(totals(verdicts))}, in ${seconds} s`);
    return verdicts;
}

async function main() {
    const given = options();
    const names = given.sdk ? [given.sdk] : Object.keys(sdks);
    const scenarios = readScenarios().filter((scenario) => {
        return isPlayable(scenario) && given.only.test(scenario.id);
    });
    const columns = await sideBySide(names, scenarios);
    for (const name of names) {
        if (sdks[name].isOurs || given.sdk) columns.get(name).filter(isBad).forEach((one) => explain(one, given.verbose));
    }
    const mutantsOf = given.sdk ?? 'candor';
    const mutants = given.mutants ? await playMutants(mutantsOf, scenarios, given) : [];
    const ours = [...(columns.get('candor') ?? []), ...(mutantsOf === 'candor' ? mutants : [])];
    return ours.some(isBad) ? 1 : 0;
}

try {
    process.exitCode = await main();
} catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`leakbench: ${error.message}\n${USAGE}`);
    process.exitCode = 2;
}
