// This repository's own client, as ../README.md describes the programs. `--protocol consumer` for a KIP-848 group.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { cooperativeStickyAssignor, createKafka, rangeAssignor } from '@ottla/client';

const TEXT = { type: 'string' };
const names = [
  'bootstrap',
  'topic',
  'partitions',
  'codec',
  'start',
  'count',
  'base',
  'name',
  'max',
  'group',
  'protocol',
  'offset',
  'time',
  'instance',
  'session',
  'idempotent',
];
const { values: options, positionals } = parseArgs({
  options: Object.fromEntries([...names, 'assignor'].map((name) => [name, TEXT])),
  allowPositionals: true,
});
const [command] = positionals;
const number = (name) => Number(options[name]);
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const kafka = createKafka({ brokers: options.bootstrap, clientId: 'conformance' });

const textOf = (bytes) => (bytes === null ? null : bytes.toString('utf8'));
const sayRecord = ({ partition, offset, key, value, timestamp, headers }) =>
  say({
    event: 'record',
    partition,
    offset,
    key: textOf(key),
    value: textOf(value),
    timestamp,
    headers: Object.fromEntries([...headers].map((header) => [header.key, textOf(header.value)])),
  });

async function produce() {
  const producer = kafka.producer({ compression: options.codec, acks: 'all' });
  const [start, count, base, partitions] = ['start', 'count', 'base', 'partitions'].map(number);
  await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const i = start + n;
      const record = {
        key: i % 10 === 3 ? null : `key-${i}`,
        value: i % 10 === 5 ? null : `value-${i}-${'abcdefghij'.repeat(i % 10)}`,
        partition: i % partitions,
        timestamp: base + i,
        headers: [
          ['client', options.name],
          ['n', String(i)],
        ],
      };
      const { partition, offset } = await producer.send(options.topic, record);
      say({ event: 'acked', i, partition, offset });
    }),
  );
  say({ event: 'produced', count });
}

async function consume() {
  const consumer = kafka.consumer();
  const from = options.offset === undefined ? 0 : number('offset');
  let places = Array.from({ length: number('partitions') }, (_, partition) => ({
    topic: options.topic,
    partition,
    offset: from,
  }));
  if (options.time !== undefined) {
    const timestamp = number('time');
    const found = await consumer.offsetsForTimes(places.map((place) => ({ ...place, timestamp })));
    places = [...found.values()].map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }
  let left = number('max');
  for await (const record of consumer.assign(places)) {
    sayRecord(record);
    if (--left === 0) break;
  }
  say({ event: 'done' });
}

async function group() {
  const tell = () => say({ event: 'assigned', partitions: consumer.assignment.map(({ partition }) => partition) });
  const consumer = kafka
    .consumer({
      group: options.group,
      protocol: options.protocol,
      ...(options.assignor === undefined ? {} : { assignors: [ASSIGNORS[options.assignor]()] }),
      onReset: 'earliest',
      autoCommit: { intervalMs: 500 },
      heartbeatIntervalMs: 500,
      sessionTimeoutMs: Number(options.session ?? 10_000),
      instanceId: options.instance,
      onAssigned: tell,
      // What is revoked is not this member's any more once the hook is over.
      onRevoked: () => void setImmediate(tell),
    })
    .subscribe(options.topic);
  const max = options.max === undefined ? Number.POSITIVE_INFINITY : number('max');
  let seen = 0;
  const input = options.max === undefined ? createInterface({ input: process.stdin }) : undefined;
  input?.on('line', (line) => {
    if (line === 'leave') void consumer.close();
  });
  for await (const record of consumer) {
    sayRecord(record);
    if (++seen < max) continue;
    await consumer.commit();
    break;
  }
  await consumer.close();
  input?.close();
  say({ event: 'closed' });
}

const ASSIGNORS = { range: rangeAssignor, 'cooperative-sticky': cooperativeStickyAssignor };
const COMMANDS = { produce, consume, group };
await COMMANDS[command]();
await kafka.close();
// Stdin may still be open; what was printed may wait for its reader.
process.stdout.write('', () => process.exit(0));
