// A Candor server on a data folder of its own in a temporary place, and the verbs of the command
// line on the same folder. $CANDOR is the program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bearer, JSON_TYPE, request } from './http.mjs';
import { until } from './wait.mjs';

const START_SECONDS_MAX = 30;
const VERB_SECONDS_MAX = 60;
const MARK = 'e2e mark'; // an event that says: everything sent before me is visible

export const DAY_MS = 24 * 3600 * 1000;

export const program = path.resolve(
    process.env.CANDOR ?? path.join(import.meta.dirname, '../../../build/candor'),
);

if (!fs.existsSync(program)) {
    throw new Error(`no program at ${program}: ./dev build makes it, $CANDOR names another`);
}

export function date(ms) {
    return new Date(ms).toISOString().slice(0, 10);
}

/** A temporary folder; the caller removes it. */
export function makePlace() {
    return fs.mkdtempSync(path.join(os.tmpdir(), 'candor-e2e-'));
}

/** Run the program; never throws for an exit status. */
export async function candor(words, { input, environment = {}, cwd } = {}) {
    const child = spawn(program, words, {
        cwd,
        env: { ...process.env, CANDOR: undefined, ...environment },
        stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        timeout: VERB_SECONDS_MAX * 1000,
    });
    const stdout = [];
    const stderr = [];
    child.stdout.on('data', (piece) => stdout.push(piece));
    child.stderr.on('data', (piece) => stderr.push(piece));
    child.stdin?.on('error', () => {}); // it may refuse before it has read everything
    child.stdin?.end(input);
    const [code, signal] = await once(child, 'close');
    const text = (pieces) => Buffer.concat(pieces).toString();
    return { code: code ?? signal, stdout: text(stdout), stderr: text(stderr) };
}

export class Server {
    /** A folder with its keys, not served yet. */
    static async make({ place = makePlace(), environment = {} } = {}) {
        const server = new Server();
        server.place = place;
        server.folder = path.join(place, 'data');
        server.logPath = path.join(place, 'log');
        server.environment = environment;
        server.ownerLink = (await server.json(['init'])).owner_link;
        return server;
    }

    static async started(options) {
        const server = await Server.make(options);
        await server.start();
        return server;
    }

    /** `under`: the words of a program that runs it, such as a tracer. */
    async start({ under = [] } = {}) {
        const log = fs.openSync(this.logPath, 'a');
        const words = [...under, program, 'serve', '--data', this.folder, '--listen', '127.0.0.1:0'];
        this.process = spawn(words[0], words.slice(1), {
            env: { ...process.env, CANDOR: undefined, ...this.environment },
            stdio: ['ignore', 'pipe', log],
        });
        fs.closeSync(log);
        this.stdout = '';
        this.ended = once(this.process, 'exit').then(([code, signal]) => {
            this.process = null;
            return code ?? signal;
        });
        this.process.stdout.on('data', (piece) => (this.stdout += piece));
        await until(() => this.stdout.includes('\n') || !this.process, {
            seconds: START_SECONDS_MAX,
            what: 'the line that says where the server listens',
        });
        const line = /^listening on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(this.stdout);
        if (!line) throw new Error(`the server did not start: ${this.log().slice(-2000)}`);
        this.port = Number(line[1]);
        this.origin = `http://127.0.0.1:${this.port}`;
    }

    /** SIGTERM; the exit status. */
    async stop() {
        this.process?.kill('SIGTERM');
        return this.ended;
    }

    async kill() {
        this.process?.kill('SIGKILL');
        return this.ended;
    }

    async remove() {
        await this.kill();
        fs.rmSync(this.place, { recursive: true, force: true });
    }

    log() {
        return fs.existsSync(this.logPath) ? fs.readFileSync(this.logPath, 'utf8') : '';
    }

    /** Memory in use, MiB. */
    residentMiB() {
        const status = fs.readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
        return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) / 1024;
    }

    // --- the command line ---

    verb(words, options = {}) {
        const environment = { ...this.environment, ...options.environment };
        return candor([...words, '--data', this.folder], { ...options, environment });
    }

    /** What a verb prints; throws when it fails. */
    async output(words, options) {
        const { code, stdout, stderr } = await this.verb(words, options);
        if (code !== 0) throw new Error(`candor ${words.join(' ')}: ${code}: ${stderr.trim()}`);
        return stdout;
    }

    async json(words, options) {
        return JSON.parse(await this.output([...words, '--json'], options));
    }

    /** A project of one test's own: {name, id, token, secret}. */
    project(name = `p${Math.random().toString(36).slice(2, 10)}`, flags = []) {
        return this.json(['project', 'create', name, ...flags]);
    }

    async token(project, kind = 'qry') {
        const flags = ['--project', project.name, '--kind', kind];
        return (await this.json(['token', 'create', ...flags])).token;
    }

    async export(project, range = {}) {
        const from = range.from ?? date(Date.now() - 9 * DAY_MS);
        const to = range.to ?? date(Date.now() + DAY_MS);
        const flags = ['--project', project.name, '--from', from, '--to', to];
        const lines = await this.output(['export', ...flags]);
        return lines.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    }

    /** Every event sent to the project before this call, marks left out. */
    async events(project, range = {}) {
        if (!this.process) return unmarked(await this.export(project, range));
        const mark = await this.mark(project);
        const isVisible = async () => {
            const events = await this.export(project, range);
            return events.some((event) => event.properties.mark === mark) && unmarked(events);
        };
        return until(isVisible, { what: 'what was acknowledged' });
    }

    async mark(project) {
        const mark = Math.random().toString(36);
        const properties = { token: project.token, distinct_id: '', mark };
        const body = JSON.stringify({ event: MARK, properties });
        const answer = await this.post('/track', body, JSON_TYPE);
        if (answer.text !== '1') throw new Error(`/track answered ${answer.status} ${answer.text}`);
        return mark;
    }

    /** The rows of a plan's answer, by the command line. */
    async rows(plan, project) {
        const flags = ['--project', project.name];
        const input = JSON.stringify(plan);
        return (await this.json(['query', ...flags, '-'], { input })).rows;
    }

    /** How many events, or profiles, match. */
    async count(project, where, { event = '*', count = 'events' } = {}) {
        const plan = {
            kind: 'trend',
            unit: 'total',
            time: { from: '2000-01-01', to: date(Date.now() + DAY_MS) },
            measures: [{ event, count }],
        };
        if (where) plan.where = where;
        return (await this.rows(plan, project))[0].at(-1);
    }

    // --- HTTP ---

    get(path, headers) {
        return request(this.port, { path, headers });
    }

    post(path, body, headers) {
        return request(this.port, { method: 'POST', path, body, headers });
    }

    request(options) {
        return request(this.port, options);
    }

    ask(plan, token) {
        const headers = { ...JSON_TYPE, ...(token ? bearer(token) : {}) };
        const body = typeof plan === 'string' ? plan : JSON.stringify(plan);
        return this.post('/api/v1/query', body, headers);
    }

    /** What became of all records since the start: {stored, duplicate, refused, ignored}. */
    async records() {
        const samples = await this.metrics();
        const outcomes = ['stored', 'duplicate', 'refused', 'ignored'];
        return Object.fromEntries(outcomes.map((outcome) => {
            return [outcome, samples.get(`candor_ingest_events_total{outcome="${outcome}"}`)];
        }));
    }

    /** Prometheus samples: "name{labels}" to number. */
    async metrics() {
        const { text } = await this.get('/metrics');
        const samples = new Map();
        for (const line of text.split('\n')) {
            if (line === '' || line.startsWith('#')) continue;
            const place = line.lastIndexOf(' ');
            samples.set(line.slice(0, place), Number(line.slice(place + 1)));
        }
        return samples;
    }
}

function unmarked(events) {
    return events.filter((event) => event.event !== MARK);
}

