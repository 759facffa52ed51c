import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '@ottla/broker';
import { BrokerConfig, readProperties } from '@ottla/common/config';
import { createMemoryPlatform } from '@ottla/platform/node';
import { expect, test } from 'vitest';
import { writeMetricsOnSignal } from './metrics-file.ts';

test.skipIf(process.platform === 'win32')(
  'SIGUSR2 writes the metrics of the broker, until the broker stops',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ottla-metrics-'));
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const file = readProperties(Buffer.from('listeners=PLAINTEXT://127.0.0.1:0\nlog.dirs=/data\n'));
    const broker = await startBroker(platform, BrokerConfig.parse({ file }));
    const before = process.listenerCount('SIGUSR2');
    const stop = writeMetricsOnSignal(broker, join(directory, 'metrics.prom'), platform.log);
    process.emit('SIGUSR2');
    const text = readFileSync(join(directory, 'metrics.prom'), 'utf8');
    expect(text).toMatch(/^ottla_runtime_eventloop_delayms999thpercentile \d/m);
    expect(text).toMatch(/^ottla_runtime_garbagecollector_timepercent \d/m);
    expect(text).toContain('kafka_server_replicamanager_partitioncount');
    stop();
    expect(process.listenerCount('SIGUSR2')).toBe(before);
    await broker.shutdown();
    await platform.close();
    rmSync(directory, { recursive: true });
  },
);
