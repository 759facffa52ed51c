// Metrics that a client pushes (KIP-714), as a receiver in a real broker reads them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKafka } from '@ottla/client';
import { expect } from '../lib/cells.mjs';
import { expectSame, libraryCell } from '../lib/library-cell.mjs';
import { javaPlugin } from '../lib/setup.mjs';
import { withTarget } from '../lib/targets.mjs';
import { until } from '../lib/wait.mjs';

/** @returns {import('../lib/cells.mjs').Cell[]} */
export const telemetryLibraryCells = () => [
  {
    ...libraryCell('client library / metrics are pushed to who subscribes', pushed),
    uses: ['kafka 4.3'],
    suits: (target) => target.kind === 'kafka-4.3',
  },
];

async function pushed(at) {
  const classpath = [await javaPlugin('4.3', 'telemetry')];
  const file = join(at.target.dir, `${at.unique('telemetry')}.txt`);
  const set = { 'metric.reporters': 'TelemetryReceiver', 'telemetry.receiver.file': file };
  await withTarget('kafka-4.3', { set, classpath }, async (target) => {
    const admin = createKafka({ brokers: target.bootstrap, metricsPush: false });
    const kafka = createKafka({ brokers: target.bootstrap, clientId: 'watched' });
    try {
      const changes = Object.entries({
        metrics: 'org.apache.kafka.producer.,org.apache.kafka.consumer.fetch.manager.records.',
        'interval.ms': '200',
        match: 'client_id=watched',
      }).map(([name, value]) => ({ name, value }));
      await admin.admin().incrementalAlterConfigs([{ type: 'client-metrics', name: 'all', changes }]);
      const resources = await admin.admin().listConfigResources(['client-metrics']);
      expectSame(resources, [{ type: 'client-metrics', name: 'all' }]);
      await admin.admin().createTopics([{ name: 'seen', partitions: 1, replication: 1 }]);
      const producer = kafka.producer();
      for (let i = 0; i < 5; i++) await producer.send('seen', { value: String(i) });
      const consumer = kafka.consumer().assign([{ topic: 'seen', partition: 0, offset: 0 }]);
      let read = 0;
      for await (const _ of consumer) if (++read === 5) break;
      /** client, instance, terminating, kind, name, value, attributes */
      const lines = () =>
        existsSync(file)
          ? readFileSync(file, 'utf8')
              .split('\n')
              .filter((line) => line !== '')
              .map((line) => line.split('\t'))
          : [];
      const sumOf = (name, attributes = '[]') =>
        lines()
          .filter((line) => line[4] === name && line[6] === attributes)
          .reduce((sum, line) => sum + Number(line[5]), 0);
      // Sums come as what was added since the last push.
      const sent = 'org.apache.kafka.producer.topic.record.send.total';
      await until('what was sent', 20_000, () => sumOf(sent, '[topic=seen]') === 5);
      const consumed = 'org.apache.kafka.consumer.fetch.manager.records.consumed.total';
      await until('what was consumed', 20_000, () => sumOf(consumed) >= 5);
      expect(
        lines().every((line) => line[0] === 'watched'),
        'a client was pushed that nobody asked for',
      );
      expectSame([...new Set(lines().map((line) => line[1]))], [kafka.clientInstanceId]);
      expect(!lines().some((line) => line[4].includes('consumer.coordinator')), 'more came than was subscribed to');
      await producer.send('seen', { value: 'last' });
      await kafka.close();
      await until('the last push', 10_000, () => lines().some((line) => line[2] === 'true'));
      expectSame(sumOf(sent, '[topic=seen]'), 6);
    } finally {
      await Promise.all([kafka.close(), admin.close()]);
    }
  });
}
