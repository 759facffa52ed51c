import { startBroker } from '@ottla/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { runTool } from '../test-support/run-tool.ts';
import { consumerPerfTest } from './kafka-consumer-perf-test.ts';
import { producerPerfTest } from './kafka-producer-perf-test.ts';
import { letterPayloads } from './payloads.ts';
import { ReadingStats } from './reading-stats.ts';
import { SendingStats } from './sending-stats.ts';

test('the summary: rates of the whole, percentiles of what was sampled', () => {
  const stats = new SendingStats(1000, 5000, 0, () => {});
  for (let ms = 1000; ms > 0; ms--) stats.record(ms, 1024, 100);
  expect(stats.summary(2000, 'records')).toBe(
    '1000 records sent, 500.000000 records/sec (0.49 MB/sec), 500.50 ms avg latency, 1000.00 ms max latency, ' +
      '501 ms 50th, 951 ms 95th, 991 ms 99th, 1000 ms 99.9th.\n',
  );
});

test('of very many records some are sampled', () => {
  const stats = new SendingStats(1_500_000, 5000, 0, () => {});
  for (let n = 0; n < 1_500_000; n++) stats.record(n % 3, 1, 100);
  expect(stats.summary(1000, 'records')).toContain('0 ms 50th, 0 ms 95th, 0 ms 99th, 0 ms 99.9th.');
});

test('a window ends with the record that comes after its time; a heading stands before the first', () => {
  let told = '';
  const stats = new SendingStats(10, 500, 1000, (text) => (told += text), 'In steady state.\n');
  stats.record(10, 1_048_576, 1400);
  stats.record(21, 1_048_576, 1510);
  stats.record(5, 1, 2009);
  stats.record(6, 1, 2010);
  expect(told).toBe(
    'In steady state.\n' +
      '2 records sent, 3.9 records/sec (3.92 MB/sec), 15.5 ms avg latency, 21.0 ms max latency.\n' +
      '2 records sent, 4.0 records/sec (0.00 MB/sec), 5.5 ms avg latency, 6.0 ms max latency.\n',
  );
});

test('time in which the group shared out partitions is no time of fetching', () => {
  const stats = new ReadingStats(1000, String);
  stats.joined(3000);
  for (let n = 0; n < 1024; n++) stats.count(1024);
  expect(stats.progress(3500)).toBe('3500, 0, 1.0000, 0.4000, 1024, 409.6000, 2000, 500, 2.0000, 2048.0000\n');
  stats.joining(3600);
  stats.joined(3700);
  expect(stats.progress(4000)).toBe('4000, 0, 1.0000, 0.0000, 1024, 0.0000, 100, 400, 0.0000, 0.0000\n');
  expect(stats.summary(5000)).toBe('1000, 5000, 1.0000, 0.2500, 1024, 256.0000, 2100, 1900, 0.5263, 538.9474\n');
});

test('payloads are letters, evenly, other ones each time', () => {
  const next = letterPayloads(101);
  const first = Buffer.from(next()).toString();
  expect(first).toMatch(/^[A-Z]{101}$/);
  expect(Buffer.from(next()).toString()).not.toBe(first);
  const counts = new Map<number, number>();
  for (let n = 0; n < 1000; n++) for (const letter of next()) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(26);
  for (const count of counts.values()) expect(Math.abs(count - 101_000 / 26)).toBeLessThan(400);
});

test('what the one sends the other reads, with warm-up and metrics', async () => {
  const broker = await startBroker({ topics: { t: 1 } });
  onTestFinished(() => broker.stop());
  const sent = await runTool(producerPerfTest, [
    ...['--bootstrap-server', broker.bootstrap, '--topic', 't', '--num-records', '200', '--throughput', '-1'],
    ...['--record-size', '50', '--warmup-records', '150', '--print-metrics'],
  ]);
  expect(sent).toMatchObject({ code: 0, stderr: '' });
  expect(sent.stdout).toMatch(
    /^Warmup first 150 records\. .*\n200 records sent, .*\n50 steady state records sent, .*99\.9th\.\n\nMetric Name +Value\n/,
  );
  expect(sent.stdout).toMatch(/\nproducer-metrics:record-send-total:\{client-id=perf-producer-client\} +: 200\.000\n/);
  expect(broker.records('t').every(({ value }) => value?.length === 50)).toBe(true);
  const read = await runTool(consumerPerfTest, [
    '--bootstrap-server',
    broker.bootstrap,
    '--topic',
    't',
    '--messages',
    '200',
  ]);
  expect(read).toMatchObject({ code: 0, stderr: '' });
  expect(read.stdout).toMatch(/^start\.time, .*\n.*, 0\.0095, \d+\.\d{4}, 200, (?:[\d.]+|Infinity), \d+, -?\d+, .*\n$/);
});

test('a record that is lost is told, and the run goes on', async () => {
  const broker = await startBroker({ topics: { t: 1 } });
  onTestFinished(() => broker.stop());
  const outcome = await runTool(producerPerfTest, [
    ...['--topic', 't', '--num-records', '2', '--throughput', '-1', '--record-size', '2000'],
    ...['--producer-props', `bootstrap.servers=${broker.bootstrap}`, 'max.request.size=1000'],
  ]);
  expect(outcome.code).toBe(0);
  expect(outcome.stdout).toMatch(/^0 records sent, 0\.000000 records\/sec \(0\.00 MB\/sec\), NaN ms avg latency, /);
  expect(outcome.stderr.match(/^org\.apache\.kafka\.common\.errors\.RecordTooLargeException: /gm)).toHaveLength(2);
});
