import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ErrorCode } from '@ottla/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { orders, shop, values } from '../consumer/test-support/shop.ts';
import type { ClientMetric, DiagnosticsEvents } from '../index.ts';
import { Samples } from './samples.ts';

function listen<Name extends keyof DiagnosticsEvents>(name: Name): DiagnosticsEvents[Name][] {
  const heard: DiagnosticsEvents[Name][] = [];
  const hear = (message: unknown): void => void heard.push(message as DiagnosticsEvents[Name]);
  subscribe(name, hear);
  onTestFinished(() => void unsubscribe(name, hear));
  return heard;
}

function valueOf(metrics: readonly ClientMetric[], group: string, name: string, topic?: string): number | undefined {
  return metrics.find((each) => each.group === group && each.name === name && each.tags.topic === topic)?.value;
}

test('rates are of sample windows, as Kafka has them', () => {
  let nowMs = 0;
  const clock = {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs,
    setTimer: () => ({ cancel: () => {} }),
    endOfTurn: () => {},
    sleep: () => Promise.resolve(),
  };
  const samples = new Samples(clock);
  expect([samples.rate, samples.avg, samples.max]).toEqual([0, Number.NaN, Number.NaN]);
  samples.record(300);
  nowMs = 10_000;
  samples.record(600);
  // The first window is not over: it counts as a whole one.
  expect([samples.rate, samples.frequency, samples.avg, samples.max]).toEqual([30, 2 / 30, 450, 600]);
  nowMs = 45_000;
  samples.record(0);
  expect(samples.rate).toBe(20);
  nowMs = 65_000;
  expect([samples.rate, samples.max]).toEqual([0, 0]);
  expect([samples.totalSum, samples.totalCount]).toEqual([900, 3]);
});

test('what happens is told by batch, and only to who listens', async () => {
  expect(channel('ottla:client:produced').hasSubscribers).toBe(false);
  const { kafka, reader, server } = await shop(1);
  const [produced, fetched] = [listen('ottla:client:produced'), listen('ottla:client:fetched')];
  const [committed, rebalanced] = [listen('ottla:client:committed'), listen('ottla:client:rebalanced')];
  const requests = listen('ottla:client:request');
  server.intercept('Produce', () => ({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER }), { times: 1 });
  await kafka.producer().send(orders, [
    { key: 'a', value: '1' },
    { key: 'a', value: '2' },
  ]);
  expect(produced).toMatchObject([
    { topic: 'orders', partition: 0, records: 2, baseOffset: 0, attempts: 2, error: undefined },
  ]);
  const consumer = reader({ autoCommit: false });
  await values(consumer, 2);
  await consumer.commit();
  await consumer.close();
  expect(fetched[0]).toMatchObject({ topic: 'orders', partition: 0, fetchOffset: 0, highWatermark: 2 });
  expect(committed).toMatchObject([{ group: 'g', offsets: [{ topic: 'orders', partition: 0, offset: 2 }] }]);
  const places = [{ topic: 'orders', partition: 0 }];
  expect(rebalanced).toMatchObject([
    { group: 'g', kind: 'assigned', partitions: places },
    { kind: 'revoked', partitions: places },
  ]);
  expect(requests.find(({ api }) => api === 'JoinGroupRequest')).toMatchObject({ broker: 1, error: undefined });
});

test("metrics have Kafka's names", async () => {
  const { kafka, reader, fill } = await shop(2);
  await fill(10);
  const consumer = reader();
  await values(consumer, 5);
  await consumer.commit();
  const metrics = kafka.metrics();
  const of = (group: string, name: string, topic?: string): number | undefined => valueOf(metrics, group, name, topic);
  expect(of('producer-metrics', 'record-send-total')).toBe(10);
  expect(of('producer-topic-metrics', 'record-send-total', 'orders')).toBe(10);
  expect(of('producer-metrics', 'record-send-rate')).toBeCloseTo(10 / 30, 2);
  expect(of('producer-metrics', 'batch-size-avg')).toBeGreaterThan(60);
  expect(of('producer-metrics', 'record-error-total')).toBe(0);
  expect(of('producer-metrics', 'request-latency-avg')).toBeGreaterThan(0);
  expect(of('producer-metrics', 'buffer-available-bytes')).toBe(of('producer-metrics', 'buffer-total-bytes'));
  expect(of('producer-metrics', 'connection-count')).toBeGreaterThan(0);
  expect(of('consumer-fetch-manager-metrics', 'records-consumed-total')).toBeGreaterThanOrEqual(5);
  expect(of('consumer-fetch-manager-metrics', 'records-lag-max')).toBeLessThanOrEqual(5);
  expect(of('consumer-fetch-manager-metrics', 'records-lag', 'orders')).toBeDefined();
  expect(of('consumer-coordinator-metrics', 'assigned-partitions')).toBe(2);
  expect(of('consumer-coordinator-metrics', 'commit-total')).toBe(1);
  expect(of('consumer-coordinator-metrics', 'rebalance-total')).toBe(1);
  await consumer.close();
  expect(kafka.metrics().some(({ group }) => group.startsWith('consumer'))).toBe(false);
});
