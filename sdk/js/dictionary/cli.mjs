#!/usr/bin/env node
// candor-dictionary: collect the texts of a site and write their salted hashes to a file.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { dictionaryOf, fileOf, filesUnder, textsOf } from './collect.mjs';

const USAGE = `candor-dictionary [--out FILE] [--salt SALT] [--list] FOLDER|FILE...

Collects string literals and markup text of scripts and pages, and writes a dictionary: salted
64-bit hashes, no text; candor shield settings --dictionary FILE reads it. --salt keeps the salt of an earlier dictionary. --list prints the texts
instead, for a person to look through before they are uploaded.`;

function fail(message) {
    process.stderr.write(`candor-dictionary: ${message}\n`);
    process.exit(2);
}

function read() {
    try {
        return parseArgs({
            allowPositionals: true,
            options: {
                out: { type: 'string', default: 'candor-dictionary.txt' },
                salt: { type: 'string' },
                list: { type: 'boolean' },
                help: { type: 'boolean' },
            },
        });
    } catch (error) {
        return fail(error.message);
    }
}

const { values, positionals } = read();
if (values.help) {
    console.log(USAGE);
    process.exit(0);
}
if (!positionals.length) fail(`which folders?\n${USAGE}`);

const texts = new Set();
for (const place of positionals) {
    if (!fs.existsSync(place)) fail(`there is no ${place}`);
    for (const file of filesUnder(place)) {
        for (const text of textsOf(fs.readFileSync(file, 'utf8'))) texts.add(text);
    }
}

if (values.list) {
    console.log([...texts].sort().join('\n'));
} else {
    const dictionary = dictionaryOf(texts, values.salt);
    fs.writeFileSync(values.out, fileOf(dictionary));
    console.log(`${dictionary.hashes.length} texts into ${values.out}`);
}
