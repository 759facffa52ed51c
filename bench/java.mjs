// Apache's own producer and consumer benchmarks, of the newest release, whatever the broker.

import { must } from '../conformance/lib/processes.mjs';
import { toolCommand } from '../conformance/peers/tools.mjs';

/** @typedef {import('../conformance/lib/targets.mjs').Target} Target */

const VERSION = '4.3';
const RECORDS = 1_000_000;
const RECORD_BYTES = 1024;

/** @param {string} name @param {string[]} args @returns {Promise<string>} the last line that has figures */
async function lastLine(name, args) {
  const [command, ...rest] = await toolCommand(VERSION, name, args);
  const { stdout } = await must(command, rest, { limitMs: 180_000 });
  return (
    stdout
      .trim()
      .split('\n')
      .filter((line) => /\d/.test(line))
      .pop() ?? ''
  );
}

/** @param {...string} properties of the producer */
export const javaProducer =
  (...properties) =>
  /** @param {Target} target @param {string} topic */
  async (target, topic) => {
    const shape = ['--num-records', RECORDS, '--record-size', RECORD_BYTES, '--throughput', -1].map(String);
    const producer = ['--producer-props', `bootstrap.servers=${target.bootstrap}`, ...properties];
    const line = await lastLine('kafka-producer-perf-test', ['--topic', topic, ...shape, ...producer]);
    const found = /([\d.]+) records\/sec \(([\d.]+) MB\/sec\), ([\d.]+) ms avg latency.*?([\d.]+) ms 99th/.exec(line);
    if (!found) throw new Error(`kafka-producer-perf-test said: ${line}`);
    const [records, , averageMs, p99Ms] = found.slice(1).map(Number);
    return { 'records/s': records, 'average ms': averageMs, 'p99 ms': p99Ms };
  };

/** @param {Target} target @param {string} topic */
export async function javaConsumer(target, topic) {
  const args = ['--topic', topic, '--bootstrap-server', target.bootstrap, '--hide-header'];
  const line = await lastLine('kafka-consumer-perf-test', [...args, '--messages', String(RECORDS)]);
  // start, end, MiB, MiB/s, messages, messages/s, rebalance ms, fetch ms, fetch MiB/s, fetch messages/s
  const columns = line.split(',').map(Number);
  return { 'MiB/s with joining': columns[3], 'fetch MiB/s': columns[8] };
}
