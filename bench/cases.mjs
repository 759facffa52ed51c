// What is measured. A case returns figures for one broker and one round; each works on topics of its own.
import { cpuSeconds, megabytesOf } from '../conformance/lib/process-figures.mjs';
import { must } from '../conformance/lib/processes.mjs';
import { pause } from '../conformance/lib/wait.mjs';
import { javaConsumer, javaProducer } from './java.mjs';
import { runtimeFigures } from './runtime-figures.mjs';
import { openIdle, untilUsable } from './wire-load.mjs';

/** @typedef {import('../conformance/lib/targets.mjs').Target} Target */
/** @typedef {{ target: Target, load: string, memory: { take: () => Promise<void>, free: () => Promise<void> } }} Setting */
/** @typedef {Record<string, number>} Figures figure with its unit, to its value */
/** @typedef {{ name: string, measure: (setting: Setting) => Promise<Figures>, restarts?: boolean }} Case */

/** @param {string} load @param {string} command @param {Record<string, string | number>} options */
export async function drive(load, command, options) {
  const args = Object.entries(options).flatMap(([letter, value]) => [`-${letter}`, String(value)]);
  return JSON.parse((await must(load, [command, ...args], { limitMs: 180_000 })).stdout);
}

/** @template T @param {number} pid @param {() => Promise<T>} body @returns {Promise<{ result: T, cpu: number }>} */
export async function withCpu(pid, body) {
  const before = cpuSeconds(pid);
  const result = await body();
  return { result, cpu: cpuSeconds(pid) - before };
}

let topics = 0;
/**
 * A fresh topic; deleted afterwards, so that the disk it took does not burden the next case.
 * @template T @param {Setting} setting @param {number} partitions @param {(topic: string) => Promise<T>} body @returns {Promise<T>}
 */
export async function withTopic({ target, memory }, partitions, body) {
  const topic = `bench-${process.pid}-${++topics}`;
  await target.createTopic(topic, partitions);
  await untilUsable(target.port, topic, partitions);
  await memory.free();
  try {
    return await body(topic);
  } finally {
    await target.deleteTopic(topic);
    await pause(800); // the files go half a second later
    await memory.take();
  }
}

/** @param {{ record: number, batch: number, megabytes: number, partitions?: number, connections?: number, acks?: number }} shape @returns {Case['measure']} */
export const bulk =
  ({ record, batch, megabytes, partitions = 1, connections = 1, acks = 1 }) =>
  (setting) =>
    withTopic(setting, partitions, async (topic) => {
      const { target, load } = setting;
      const common = { b: target.port, t: topic, p: partitions, c: connections };
      const shape = { r: record, B: batch, m: megabytes, a: acks, s: 30 };
      const produced = await withCpu(target.pid, () => drive(load, 'produce', { ...common, ...shape }));
      const fetched = await withCpu(target.pid, () => drive(load, 'fetch', common));
      return {
        'produce MB/s': produced.result.MBps,
        'produce records/s': produced.result.recordsPerSecond,
        'produce CPU-s/GB': produced.cpu / (produced.result.bytes / 1e9),
        'produce p99 ms': produced.result.p99 / 1000,
        'fetch MB/s': fetched.result.MBps,
        'fetch CPU-s/GB': fetched.cpu / (fetched.result.bytes / 1e9),
        'RSS MB': megabytesOf(target.pid, 'VmRSS'),
        'peak RSS MB': megabytesOf(target.pid, 'VmHWM'),
        ...(await runtimeFigures(target)),
      };
    });

const SECONDS = 5;
const microseconds = (answer) => ({ 'p50 us': answer.p50, 'p99 us': answer.p99, 'p99.9 us': answer.p999 });

/** One record of 100 bytes at a time, 1,000 a second; `beside`: requests of 64 KB a second on another topic. @returns {Case['measure']} */
export const latency =
  ({ beside = 0, acks = 1 } = {}) =>
  (setting) =>
    withTopic(setting, 1, (topic) =>
      withTopic(setting, 1, async (other) => {
        const { target, load } = setting;
        const bulkLoad = { b: target.port, t: other, q: beside, r: 1024, B: 65536, s: SECONDS + 2 };
        const noise = beside > 0 ? drive(load, 'pace', bulkLoad) : undefined;
        noise?.catch(() => {});
        if (noise) await pause(1000);
        const asked = { b: target.port, t: topic, q: 1000, r: 100, B: 100, a: acks, s: SECONDS };
        const { result, cpu } = await withCpu(target.pid, () => drive(load, 'pace', asked));
        await noise;
        const cores = cpu / result.seconds;
        return { ...microseconds(result), 'broker cores': cores, ...(await runtimeFigures(target)) };
      }),
    );

/** @param {number} depth requests in flight on each of eight connections @returns {Case['measure']} */
export const smallCalls =
  (depth) =>
  async ({ target, load }) => {
    const { result, cpu } = await withCpu(target.pid, () =>
      drive(load, 'calls', { b: target.port, c: 8, d: depth, s: 4 }),
    );
    return {
      'requests/s': result.requestsPerSecond,
      'CPU us/request': (cpu / result.requests) * 1e6,
      ...microseconds(result),
    };
  };

/** @returns {Case['measure']} */
export const smallProduces = () => (setting) =>
  withTopic(setting, 8, async (topic) => {
    const { target, load } = setting;
    const options = { b: target.port, t: topic, p: 8, c: 8, d: 1, r: 100, B: 100, s: 4 };
    const { result, cpu } = await withCpu(target.pid, () => drive(load, 'produce', options));
    return {
      'requests/s': result.requestsPerSecond,
      'CPU us/request': (cpu / result.requests) * 1e6,
      ...microseconds(result),
    };
  });

/** From the start of the broker's process to its first acknowledged record; then what it takes while nobody asks for anything. @returns {Case['measure']} */
export const start =
  () =>
  async ({ target, load, memory }) => {
    const topic = `bench-start-${process.pid}-${++topics}`;
    await target.createTopic(topic, 1);
    await target.stop();
    await memory.free();
    const began = Date.now();
    const [first] = await Promise.all([drive(load, 'first', { b: target.port, t: topic }), target.restart()]);
    const used = cpuSeconds(target.pid);
    await pause(4000);
    const idle = await withCpu(target.pid, () => pause(4000));
    const figures = {
      'to first ack ms': first.acknowledgedAtMs - began,
      'CPU-s until then': used,
      'idle RSS MB': megabytesOf(target.pid, 'VmRSS'),
      'idle CPU %': (idle.cpu / 4) * 100,
    };
    await memory.take();
    return figures;
  };

/** From CreateTopics to the moment every partition takes a request. @param {number} partitions @returns {Case['measure']} */
export const manyPartitions =
  (partitions) =>
  async ({ target }) => {
    const topic = `bench-many-${process.pid}-${++topics}`;
    const before = megabytesOf(target.pid, 'VmRSS');
    const began = performance.now();
    await target.createTopic(topic, partitions);
    await untilUsable(target.port, topic, partitions);
    const figures = {
      'all usable ms': performance.now() - began,
      'RSS growth MB': megabytesOf(target.pid, 'VmRSS') - before,
    };
    await target.deleteTopic(topic);
    await pause(3000);
    return figures;
  };

/** Connections that asked for ApiVersions once and then stay silent. @param {number} connections @returns {Case['measure']} */
export const idleConnections =
  (connections) =>
  async ({ target }) => {
    const before = megabytesOf(target.pid, 'VmRSS');
    const close = await openIdle(target.port, connections);
    await pause(500);
    const grown = megabytesOf(target.pid, 'VmRSS') - before;
    await close();
    await pause(500);
    return { 'KB a connection': (grown * 1024) / connections };
  };

/** @param {(target: Target, topic: string) => Promise<Figures>} run one of Apache's own tools @returns {Case['measure']} */
const java = (run) => (setting) =>
  withTopic(setting, 1, async (topic) => {
    const { result, cpu } = await withCpu(setting.target.pid, () => run(setting.target, topic));
    return { ...result, 'broker CPU-s/GB': cpu / 1.024 };
  });

/** What the consumer reads is put there before it is measured. @returns {Case['measure']} */
const javaFetch = () => (setting) =>
  withTopic(setting, 1, async (topic) => {
    const { target, load } = setting;
    await drive(load, 'produce', { b: target.port, t: topic, r: 1024, B: 250_000, m: 1024 });
    const { result, cpu } = await withCpu(target.pid, () => javaConsumer(target, topic));
    return { ...result, 'broker CPU-s/GB': cpu / 1.024 };
  });

/** @type {Case[]} */
export const CASES = [
  { name: 'start', measure: start(), restarts: true },
  { name: 'bulk 1 KB in 1 MB, 1 partition', measure: bulk({ record: 1024, batch: 1_000_000, megabytes: 1000 }) },
  {
    name: 'bulk 1 KB in 1 MB, 8 partitions, 4 connections',
    measure: bulk({ record: 1024, batch: 1_000_000, megabytes: 1000, partitions: 8, connections: 4 }),
  },
  { name: 'bulk 1 KB in 1 MB, acks=all', measure: bulk({ record: 1024, batch: 1_000_000, megabytes: 1000, acks: -1 }) },
  { name: 'bulk 1 KB in 16 KB', measure: bulk({ record: 1024, batch: 16_384, megabytes: 600 }) },
  { name: 'bulk 100 B in 16 KB', measure: bulk({ record: 100, batch: 16_384, megabytes: 400 }) },
  { name: 'bulk 100 B in 1 MB', measure: bulk({ record: 100, batch: 1_000_000, megabytes: 800 }) },
  {
    name: 'bulk 10 KB in 1 MB',
    measure: bulk({ record: 10_240, batch: 1_000_000, megabytes: 1000 }),
  },
  { name: 'latency, idle', measure: latency() },
  { name: 'latency, idle, acks=all', measure: latency({ acks: -1 }) },
  { name: 'latency, beside 200 MB/s', measure: latency({ beside: 3052 }) },
  { name: 'calls, 8 connections', measure: smallCalls(1) },
  { name: 'calls, 8 connections of 16 in flight', measure: smallCalls(16) },
  { name: 'single records, 8 connections', measure: smallProduces() },
  { name: 'topic of 1,000 partitions', measure: manyPartitions(1000) },
  { name: '5,000 idle connections', measure: idleConnections(5000) },
  { name: 'java producer, acks=1, linger 5', measure: java(javaProducer('acks=1', 'linger.ms=5')) },
  {
    name: 'java producer, acks=all, 256 KB batches',
    measure: java(javaProducer('acks=all', 'linger.ms=5', 'batch.size=262144')),
  },
  { name: 'java consumer', measure: javaFetch() },
];
