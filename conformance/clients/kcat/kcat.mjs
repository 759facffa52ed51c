// Client program around kcat: its command line in, its `-f` format and its stderr out.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { keyOf, valueOf } from '../../lib/records.mjs';

const KCAT = process.env.KCAT || 'kcat';
const [command, ...rest] = process.argv.slice(2);
const names = ['bootstrap', 'topic', 'partitions', 'codec', 'start', 'count', 'base', 'name', 'max', 'group'];
names.push('idempotent', 'offset', 'time', 'instance', 'assignor', 'session');
const { values: given } = parseArgs({
  args: rest,
  options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const partitions = Number(given.partitions ?? 1);

const emit = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const ignore = () => {};

/** Starts kcat; `line` gets each line of its stdout, `complaint` each of its stderr. */
function kcat(args, { line = ignore, complaint = ignore }) {
  const child = spawn(KCAT, ['-b', given.bootstrap, '-X', 'check.crcs=true', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  process.on('exit', () => child.kill('SIGKILL'));
  createInterface({ input: child.stdout }).on('line', line);
  createInterface({ input: child.stderr }).on('line', (text) => {
    process.stderr.write(`${text}\n`);
    complaint(text);
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code));
  });
  return { child, ended };
}

async function done(ended) {
  const code = await ended;
  if (code !== 0) throw new Error(`kcat ended with ${code}`);
}

// Fields end with a unit separator; keys and values hold none. %K and %S are -1 for null.
const FORMAT = ['%p', '%o', '%K', '%k', '%S', '%s', '%T', '%h'].join('\\x1f') + '\\n';
function record(line) {
  const [partition, offset, keyLength, key, valueLength, value, timestamp, headers] = line.split('\x1f');
  const pairs = headers === '' ? [] : headers.split(',').map((pair) => pair.split('='));
  emit('record', {
    partition: Number(partition),
    offset: Number(offset),
    key: Number(keyLength) < 0 ? null : key,
    value: Number(valueLength) < 0 ? null : value,
    timestamp: Number(timestamp),
    headers: Object.fromEntries(pairs),
  });
}

async function produce() {
  const start = Number(given.start);
  const count = Number(given.count);
  for (let partition = 0; partition < partitions; partition++) {
    const lines = [];
    for (let i = start; i < start + count; i++) {
      if (i % partitions === partition) lines.push(`${keyOf(i) ?? ''}\x1f${valueOf(i) ?? ''}\n`);
    }
    // librdkafka leaves a batch as it is that does not get smaller: on a busy machine a short linger sends single records.
    const settings = ['-z', given.codec, '-X', 'linger.ms=500', '-X', 'acks=all', '-H', `client=${given.name}`];
    if (given.idempotent === 'true') settings.push('-X', 'enable.idempotence=true');
    const { child, ended } = kcat(
      ['-P', '-t', given.topic, '-p', String(partition), '-Z', '-K', '\x1f', ...settings],
      {},
    );
    child.stdin.end(lines.join(''));
    await done(ended);
  }
  emit('produced', { count });
}

async function consume() {
  const from = given.time === undefined ? (given.offset ?? 'beginning') : `s@${given.time}`;
  const { ended } = kcat(['-C', '-t', given.topic, '-o', from, '-c', given.max, '-f', FORMAT], { line: record });
  await done(ended);
  emit('done');
}

async function group() {
  // "% Group G rebalanced (memberid M): assigned: T [0], T [1]", or with a cooperative assignor
  // "% Group G rebalanced: incremental assignment of 2 partition(s) (memberid M, ...): T [0], T [1]".
  const owned = new Set();
  const complaint = (text) => {
    const found = /rebalanced(: incremental| \(memberid [^)]*\):) (assign|revo)[^:]*: ?(.*)$/.exec(text);
    if (!found) return;
    const [, how, what, list] = found;
    if (!how.includes('incremental')) owned.clear();
    for (const [, partition] of list.matchAll(/\[(\d+)\]/g)) {
      if (what === 'assign') owned.add(Number(partition));
      else owned.delete(Number(partition));
    }
    emit('assigned', { partitions: [...owned].sort((a, b) => a - b) });
  };
  const stop = given.max === undefined ? [] : ['-c', given.max];
  const settings = ['-X', 'auto.offset.reset=earliest', '-X', 'auto.commit.interval.ms=200', '-u'];
  settings.push('-X', 'heartbeat.interval.ms=500');
  if (given.assignor !== undefined) settings.push('-X', `partition.assignment.strategy=${given.assignor}`);
  if (given.instance !== undefined)
    settings.push('-X', `group.instance.id=${given.instance}`, '-X', `session.timeout.ms=${given.session}`);
  const { child, ended } = kcat(['-G', given.group, ...settings, ...stop, '-f', FORMAT, given.topic], {
    line: record,
    complaint,
  });
  let leaving = false;
  const leave = () => {
    leaving = true;
    child.kill('SIGTERM');
  };
  const input = createInterface({ input: process.stdin });
  input.on('line', (word) => word === 'leave' && leave());
  const code = await ended;
  if (code !== 0 && !leaving) throw new Error(`kcat ended with ${code}`);
  emit('closed');
}

try {
  await { produce, consume, group }[command]();
  // What was printed may still wait for its reader.
  process.stdout.write('', () => process.exit(0));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
