// One request, one answer, exactly as they are on the wire: no redirects followed, nothing
// inflated, and a new connection each time unless an agent keeps them.
import http from 'node:http';

const REQUEST_SECONDS_MAX = 30;

/** @returns {Promise<{status: number, headers: object, bytes: Buffer, text: string, json: any}>} */
export function request(port, options = {}) {
    const { method = 'GET', path = '/', headers = {}, body, socketPath, agent = false } = options;
    const { promise, resolve, reject } = deferred();
    const place = socketPath ? { socketPath } : { host: '127.0.0.1', port };
    const sent = http.request({ ...place, method, path, headers, agent }, (answer) => {
        const pieces = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () => resolve(new Answer(answer, Buffer.concat(pieces))));
    });
    sent.setTimeout(REQUEST_SECONDS_MAX * 1000, () => {
        sent.destroy(new Error(`no answer to ${method} ${path.slice(0, 60)}`));
    });
    sent.on('error', reject);
    sent.end(body);
    return promise;
}

class Answer {
    constructor(message, bytes) {
        this.status = message.statusCode;
        this.headers = message.headers;
        this.bytes = bytes;
        this.text = bytes.toString();
    }

    get json() {
        return JSON.parse(this.text);
    }

    get type() {
        return (this.headers['content-type'] ?? '').split(';')[0];
    }
}

export function deferred() {
    const out = {};
    out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }));
    return out;
}

export const JSON_TYPE = { 'Content-Type': 'application/json' };
export const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };

export function base64(value) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return Buffer.from(text).toString('base64');
}

export function basic(user, password = '') {
    return { Authorization: `Basic ${base64(`${user}:${password}`)}` };
}

export function bearer(token) {
    return { Authorization: `Bearer ${token}` };
}
