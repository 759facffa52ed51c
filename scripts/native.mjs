// npm run native: builds the add-ons of packages/platform/native for this machine. They are committed: run it after a change of their source.
// `built.json` beside them says of what they were built; a test compares.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, ROOT } from './lib/run.mjs';

const folder = join(ROOT, 'packages', 'platform', 'native');
const target = `${process.platform}-${process.arch}`;
const sources = ['node-api.h', 'poller.c', 'system.c'];
const binary = `${target}/system.node`;
const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-fvisibility=hidden', '-fno-stack-protector'];
// No C library: it serves whichever the node program has.
const link = ['-nostdlib', '-s', '-Wl,--build-id=none', '-Wl,-z,noexecstack', '-Wl,-z,relro,-z,now'];

mkdirSync(join(folder, target), { recursive: true });
must(process.env.CC ?? 'cc', [
  ...flags,
  ...link,
  '-o',
  join(folder, binary),
  ...sources.filter((name) => name.endsWith('.c')).map((name) => join(folder, name)),
]);

const built = join(folder, 'built.json');
const digest = (...names) => {
  const hash = createHash('sha256');
  for (const name of names) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex');
};
const list = JSON.parse(readFileSync(built, 'utf8'));
list[binary] = { sources: digest(...sources), binary: digest(binary) };
writeFileSync(built, `${JSON.stringify(list, null, 2)}\n`);
