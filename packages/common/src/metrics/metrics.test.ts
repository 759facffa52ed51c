import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../test-support/manual-clock.ts';
import { Histogram } from './histogram.ts';
import { Meter } from './meter.ts';
import { mbeanName } from './metric-name.ts';
import { prometheusText } from './prometheus.ts';
import { MetricsRegistry } from './registry.ts';

const messagesIn = (topic?: string) => ({
  group: 'kafka.server',
  type: 'BrokerTopicMetrics',
  name: 'MessagesInPerSec',
  ...(topic === undefined ? {} : { tags: { topic } }),
});

describe('metric names', () => {
  test('are those of the MBeans', () => {
    expect(mbeanName(messagesIn('x'))).toBe('kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec,topic=x');
    const tags = { listener: 'PLAINTEXT', networkProcessor: '0' };
    expect(
      mbeanName({ group: 'kafka.server', type: 'socket-server-metrics', attribute: 'connection-count', tags }),
    ).toBe('kafka.server:type=socket-server-metrics,listener=PLAINTEXT,networkProcessor=0');
    expect(mbeanName({ group: 'g', type: 't', name: 'n', tags: { 'client-id': 'a,b="c"*' } })).toBe(
      'g:type=t,name=n,client-id="a,b=\\"c\\"\\*"',
    );
  });
});

describe('Meter', () => {
  test('a steady rate shows as that rate, and fades when it stops', () => {
    const clock = new ManualClock(1000);
    const meter = new Meter(clock);
    for (let second = 0; second < 600; second++) {
      meter.mark(50);
      clock.advance(1000);
    }
    const steady = meter.value();
    expect(steady.count).toBe(30_000);
    expect(steady.oneMinuteRate).toBeCloseTo(50, 5);
    expect(steady.fifteenMinuteRate).toBeCloseTo(50, 5);
    expect(steady.meanRate).toBeCloseTo(50, 5);
    clock.advance(60_000);
    const faded = meter.value();
    expect(faded.oneMinuteRate).toBeCloseTo(50 / Math.E, 1);
    expect(faded.meanRate).toBeCloseTo(30_000 / 660, 5);
    expect(clock.timersArmed).toBe(0);
  });

  test('gives the same whether it is read all the time or once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.nat({ max: 100 }))), (script) => {
        const clock = new ManualClock();
        const [watched, quiet] = [new Meter(clock), new Meter(clock)];
        for (const [ms, events] of script) {
          clock.advance(ms);
          watched.value();
          watched.mark(events);
          quiet.mark(events, clock.nowMs);
          watched.value();
        }
        for (const [name, rate] of Object.entries(watched.value())) {
          expect(new Map(Object.entries(quiet.value())).get(name)).toBeCloseTo(rate, 9);
        }
      }),
    );
  });
});

describe('Histogram', () => {
  test('percentiles are at most 1/32 above those of a sorted list', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 1e6 }), fc.maxSafeNat()), { minLength: 1 }),
        (values) => {
          const histogram = new Histogram(new ManualClock());
          for (const value of values) histogram.update(value);
          const sorted = [...values].sort((a, b) => a - b);
          const shown = histogram.value();
          for (const [quantile, value] of [
            [0.5, shown.p50],
            [0.95, shown.p95],
            [0.99, shown.p99],
            [0.999, shown.p999],
          ] as const) {
            const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? 0;
            expect(value).toBeGreaterThanOrEqual(exact);
            expect(value).toBeLessThanOrEqual(exact * (1 + 1 / 32));
          }
          expect(shown.count).toBe(values.length);
          expect(shown.min).toBe(sorted[0]);
          expect(shown.max).toBe(sorted.at(-1));
          expect(shown.mean / (values.reduce((sum, value) => sum + value, 0) / values.length || 1)).toBeCloseTo(
            shown.max === 0 ? 0 : 1,
            6,
          );
        },
      ),
    );
  });

  test('percentiles forget what is older than two windows, counts do not', () => {
    const clock = new ManualClock();
    const histogram = new Histogram(clock, { resolution: 0.001 });
    for (let index = 0; index < 100; index++) histogram.update(900);
    expect(histogram.value().p50).toBe(900);
    clock.advance(150_000);
    for (let index = 0; index < 300; index++) histogram.update(0.066);
    expect(histogram.value().p50).toBeCloseTo(0.066, 2);
    expect(histogram.value().p99).toBe(900);
    clock.advance(150_000);
    expect(histogram.value().p99).toBeCloseTo(0.066, 2);
    histogram.update(7);
    clock.advance(1_000_000);
    expect(histogram.value()).toMatchObject({ count: 401, p99: 0, max: 900, min: 0.066 });
  });

  test('is empty, and takes what is not a duration', () => {
    const histogram = new Histogram(new ManualClock());
    expect(histogram.value()).toMatchObject({ count: 0, min: 0, max: 0, mean: 0, stdDev: 0, p50: 0, p999: 0 });
    histogram.update(-5);
    histogram.update(Number.NaN);
    expect(histogram.value()).toMatchObject({ count: 2, min: 0, max: 0, p99: 0 });
  });
});

describe('MetricsRegistry', () => {
  test('one name is one metric, of one kind', () => {
    const registry = new MetricsRegistry(new ManualClock());
    expect(registry.meter(messagesIn('x'))).toBe(registry.meter(messagesIn('x')));
    expect(registry.meter(messagesIn('x'))).not.toBe(registry.meter(messagesIn()));
    expect(() => registry.counter(messagesIn('x'))).toThrow('is a meter already, not a counter');
    registry.gauge({ group: 'g', type: 't', name: 'n' }, () => 1);
    registry.gauge({ group: 'g', type: 't', name: 'n' }, () => 2);
    expect(registry.snapshot().samples[0]).toMatchObject({ kind: 'gauge', value: 2 });
    registry.removeTagged({ topic: 'x' });
    expect(registry.size).toBe(2);
    expect(registry.remove(messagesIn())).toBe(true);
    expect(registry.remove(messagesIn())).toBe(false);
  });

  test('Prometheus text has the names of the JMX exporter', () => {
    const clock = new ManualClock();
    const registry = new MetricsRegistry(clock);
    registry.meter(messagesIn()).mark(7);
    registry.meter(messagesIn('a"b\\')).mark(3);
    registry.gauge({ group: 'kafka.server', type: 'ReplicaManager', name: 'PartitionCount' }, () => 12);
    registry.gauge({ group: 'kafka.server', type: 'app-info', attribute: 'version' }, () => '3.9.2');
    registry.counter({ group: 'kafka.log', type: 'LogManager', name: 'OfflineLogDirectoryCount' }).increment(2);
    const time = { group: 'kafka.network', type: 'RequestMetrics', name: 'TotalTimeMs', tags: { request: 'Produce' } };
    registry.histogram(time).update(4);
    registry.timer({ group: 'kafka.log', type: 'LogFlushStats', name: 'LogFlushRateAndTimeMs' }).update(2.5);
    expect(prometheusText(registry.snapshot())).toBe(`# TYPE kafka_log_logflushstats_logflushrateandtimems summary
kafka_log_logflushstats_logflushrateandtimems{quantile="0.50"} 2.5
kafka_log_logflushstats_logflushrateandtimems{quantile="0.75"} 2.5
kafka_log_logflushstats_logflushrateandtimems{quantile="0.95"} 2.5
kafka_log_logflushstats_logflushrateandtimems{quantile="0.98"} 2.5
kafka_log_logflushstats_logflushrateandtimems{quantile="0.99"} 2.5
kafka_log_logflushstats_logflushrateandtimems{quantile="0.999"} 2.5
kafka_log_logflushstats_logflushrateandtimems_sum 2.5
kafka_log_logflushstats_logflushrateandtimems_count 1
# TYPE kafka_log_logmanager_offlinelogdirectorycount gauge
kafka_log_logmanager_offlinelogdirectorycount 2
# TYPE kafka_network_requestmetrics_totaltimems summary
kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.50"} 4
kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.75"} 4
kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.95"} 4
kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.98"} 4
kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.99"} 4
kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.999"} 4
kafka_network_requestmetrics_totaltimems_sum{request="Produce"} 4
kafka_network_requestmetrics_totaltimems_count{request="Produce"} 1
# TYPE kafka_server_brokertopicmetrics_messagesin_total counter
kafka_server_brokertopicmetrics_messagesin_total 7
kafka_server_brokertopicmetrics_messagesin_total{topic="a\\"b\\\\"} 3
# TYPE kafka_server_replicamanager_partitioncount gauge
kafka_server_replicamanager_partitioncount 12
`);
  });
});
