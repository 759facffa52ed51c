// The well-behaved client: one small record at a steady rate with acks=1, sent when due whether or not answers came.
// A process of its own, so that what a case does to its own process does not count. Commands on stdin: `begin`, `end`, `stop`.
//   node steady-client.mjs PORT TOPIC REQUESTS_PER_SECOND
// Beside it, at the same rate, bytes to a process that only echoes them: what those take is the machine's doing, not the broker's.
//   node steady-client.mjs echo
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { goodBatch } from './batches.mjs';
import { produceRequest, readProduced } from './requests.mjs';

if (process.argv[2] === 'echo') {
  const server = createServer({ noDelay: true }, (socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.stdin.resume().on('close', () => process.exit(0)); // with its parent
} else runClient();

function runClient() {
  const [port, topic, rate] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])];
  const RECONNECT_MS = 20;
  const template = produceRequest(topic, goodBatch('x'.repeat(100)));

  /** @type {number[]} */
  let latencies = [];
  /** @type {number[]} */
  let echoes = [];
  let errors = 0;
  let next = 1;
  /** Correlation id to the moment it was due. @type {Map<number, number>} */
  const due = new Map();
  /** @type {import('node:net').Socket | undefined} */
  let open;

  const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

  function dial() {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let buffered = Buffer.alloc(0);
    socket.on('connect', () => {
      open = socket;
    });
    socket.on('data', (chunk) => {
      const now = performance.now();
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
        const { correlationId, error } = readProduced(buffered.subarray(4));
        buffered = buffered.subarray(4 + buffered.readInt32BE(0));
        const began = due.get(correlationId);
        due.delete(correlationId);
        if (began !== undefined) latencies.push(now - began);
        if (error !== 0) errors++;
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      open = undefined;
      errors += due.size;
      due.clear();
      setTimeout(dial, RECONNECT_MS);
    });
  }

  /** @type {import('node:net').Socket | undefined} */
  let echo;
  /** @type {number[]} */
  const echoDue = [];
  const child = spawn(process.execPath, [process.argv[1], 'echo'], { stdio: ['pipe', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).once('line', (line) => {
    echo = connect({ port: Number(line), host: '127.0.0.1', noDelay: true });
    echo.on('data', (chunk) => {
      const now = performance.now();
      for (let left = chunk.length; left > 0; left--) echoes.push(now - (echoDue.shift() ?? now));
    });
  });

  dial();
  const gapMs = 1000 / rate;
  let nextDue = performance.now() + 100;
  setInterval(() => {
    const now = performance.now();
    for (; nextDue <= now; nextDue += gapMs) {
      if (echo !== undefined) {
        echoDue.push(now);
        echo.write('x');
      }
      if (open === undefined) continue;
      template.writeInt32BE(next, 8); // the correlation id
      due.set(next++, now);
      open.write(Buffer.from(template));
    }
  }, gapMs);

  const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? -1;

  createInterface({ input: process.stdin })
    .on('line', (line) => {
      if (line === 'begin') {
        latencies = [];
        echoes = [];
        errors = 0;
      } else if (line === 'end') {
        // What was not answered yet counts as long as it has waited.
        const now = performance.now();
        const sorted = [...latencies, ...[...due.values()].map((began) => now - began)].sort((a, b) => a - b);
        const [p50, p99, max] = [quantile(sorted, 0.5), quantile(sorted, 0.99), sorted.at(-1) ?? -1];
        const echoP99 = quantile(
          echoes.sort((a, b) => a - b),
          0.99,
        );
        say({ event: 'window', count: sorted.length, errors, p50, p99, max, echoP99 });
      } else process.exit(0);
    })
    .on('close', () => process.exit(0));
}
