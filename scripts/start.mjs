// npm start: from a fresh clone to a running broker. Arguments go to the server: npm start -- --override num.partitions=3
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt, ensureInstalled, requireNode } from './lib/ready.mjs';
import { ROOT } from './lib/run.mjs';

requireNode();
ensureInstalled();
ensureBuilt();

const passed = process.argv.slice(2);
const file =
  passed[0] !== undefined && !passed[0].startsWith('-') && existsSync(passed[0])
    ? []
    : [join(ROOT, 'config', 'server.properties')];
const overrides =
  file.length === 0
    ? []
    : ['--override', 'listeners=PLAINTEXT://127.0.0.1:9092', '--override', `log.dirs=${join(ROOT, 'data')}`];
process.argv = [process.argv[0], join(ROOT, 'dist', 'ottla.mjs'), 'kafka.Kafka', ...file, ...overrides, ...passed];
process.env.OTTLA_WELCOME ??= '1';
await import(pathToFileURL(process.argv[1]).href);
