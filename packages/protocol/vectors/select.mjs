// node select.mjs OLDER.tsv NEWER.tsv > vectors.tsv: all of the newer release, and what only the older one still has.
import { readFileSync } from 'node:fs';

const LINE_LENGTH_MAX = 1500;
// Formats that were a preview in 3.9 and changed before their release.
const CHANGED = /^(ReadShareGroupStateSummary|ShareGroup|WriteShareGroupState|ShareFetch|ShareAcknowledge)/;
// Up to 3.9 the schemas of record keys used the version for what is the record's type now.
const KEY = /^\w+Key\t[^0]/;

const read = (path) => readFileSync(path, 'utf8').trimEnd().split('\n');
const key = (line) => line.split('\t', 2).join(' ');
const newer = read(process.argv[3]);
const known = new Set(newer.map(key));
const older = read(process.argv[2]).filter((line) => !known.has(key(line)) && !CHANGED.test(line) && !KEY.test(line));
for (const line of [...older, ...newer]) if (line.length <= LINE_LENGTH_MAX) process.stdout.write(`${line}\n`);
