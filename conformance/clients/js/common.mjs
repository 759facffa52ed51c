// What the JavaScript client programs share: arguments, the records, events, stdin.
import { createInterface } from 'node:readline';
import { inspect, parseArgs } from 'node:util';

const OPTIONS = ['bootstrap', 'topic', 'partitions', 'codec', 'start', 'count', 'base', 'name', 'max', 'group'];
OPTIONS.push('idempotent', 'offset', 'time', 'instance', 'session', 'assignor', 'grow', 'retention');

const [command, ...rest] = process.argv.slice(2);
/** @type {Record<string, any>} */
export const given = parseArgs({
  args: rest,
  options: Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' }])),
}).values;
for (const name of ['partitions', 'start', 'count', 'base', 'max', 'offset', 'time', 'grow'])
  if (given[name] !== undefined) given[name] = Number(given[name]);
given.partitions ??= 1;
given.idempotent = given.idempotent === 'true';

export const partitionNumbers = Array.from({ length: given.partitions }, (_, partition) => partition);

export const emit = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

export const keyOf = (i) => (i % 10 === 3 ? null : `key-${i}`);
export const valueOf = (i) => (i % 10 === 5 ? null : `value-${i}-${'abcdefghij'.repeat(i % 10)}`);
export const text = (data) => (data === null ? null : data.toString());

/** The numbers of the records to produce. */
export const wanted = () => Array.from({ length: given.count }, (_, k) => given.start + k);

/** Prints the acknowledgements of records of which the library names the first offset of each partition only. */
export function ackedFrom(partition, baseOffset) {
  let offset = Number(baseOffset);
  for (const i of wanted()) if (i % given.partitions === partition) emit('acked', { i, partition, offset: offset++ });
}

/** Calls back when stdin says `leave`. @param {() => void} then */
export function whenAsked(then) {
  createInterface({ input: process.stdin }).on('line', (word) => {
    if (word === 'leave') then();
  });
}

/** The topics and configs commands, each step in the library's own way. */
export async function topics(admin) {
  const { topic } = given;
  await admin.create(topic, given.partitions);
  emit('created');
  await admin.create(topic, 1).catch((error) => emit('refused', { error: inspect(error, { depth: 5 }) }));
  emit('listed', { found: (await admin.names()).includes(topic) });
  emit('described', { partitions: await admin.partitions(topic) });
  if (given.grow) {
    await admin.grow(topic, given.grow);
    emit('described', { partitions: await admin.partitions(topic) });
  }
  await admin.remove(topic);
  emit('deleted');
}

export async function configs(admin) {
  emit('config', { 'retention.ms': await admin.retention(given.topic) });
  await admin.setRetention(given.topic, given.retention);
  emit('altered');
  emit('config', { 'retention.ms': await admin.retention(given.topic) });
}

/** Runs the command that was given. @param {Record<string, () => Promise<void>>} commands */
export async function main(commands) {
  try {
    await commands[command]();
    // What was printed may still wait for its reader.
    process.stdout.write('', () => process.exit(0));
  } catch (error) {
    console.error(inspect(error, { depth: 5 }));
    process.exit(1);
  }
}
