import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { broker } from './test-support/client.ts';

let directory = '';
let script = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ottla-exit-'));
  script = join(directory, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./test-support/exit-child.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['ottla-source'],
  });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** How it ended, and how long it stayed after its last line. */
async function end(mode: string, bootstrap: string) {
  const child = spawn(process.execPath, [script, mode, bootstrap], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  let doneAt = Number.NaN;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.endsWith('done\n')) doneAt = performance.now();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, output, errors, lingeredMs: performance.now() - doneAt };
}

const ENDED = { code: 0, output: 'done\n', errors: '' };
const BUSY = ['closed at once', 'closed in the middle', 'closed by the way'];

test.each(['never used', 'used and closed', ...BUSY])('a process ends by itself: %s', async (mode) => {
  const server = await broker({ topics: { orders: 1 } });
  const { lingeredMs, ...ended } = await end(mode, server.bootstrap);
  expect(ended).toEqual(ENDED);
  expect(lingeredMs).toBeLessThan(2000);
});

test.each(BUSY)('a process ends by itself when no broker is there: %s', async (mode) => {
  const { lingeredMs, ...ended } = await end(mode, '127.0.0.1:1');
  expect(ended).toEqual(ENDED);
  expect(lingeredMs).toBeLessThan(2000);
});

test.each(BUSY)('a process ends by itself when the broker says nothing: %s', async (mode) => {
  const silent = createServer((socket) => void socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { lingeredMs, ...ended } = await end(mode, `127.0.0.1:${port}`);
  expect(ended).toEqual(ENDED);
  expect(lingeredMs).toBeLessThan(2000);
});

test('a handler that throws, and a hook that does while the consumer closes, reject what they belong to and nothing else', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const { lingeredMs, ...ended } = await end('a handler that throws', server.bootstrap);
  expect(ended).toEqual({ ...ENDED, output: 'handler\ndone\n' });
  expect(lingeredMs).toBeLessThan(2000);
});
