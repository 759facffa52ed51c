import { BrokerConfig } from '@ottla/common';
import { createMemoryPlatform } from '@ottla/platform/node';
import { createSimulatedWorld } from '@ottla/platform/simulated';
import { expect, it } from 'vitest';
import { metadataDirectory } from './metadata-directory.task.ts';
import { startBroker } from './start-broker.task.ts';

it('finds the tree wherever it is', async () => {
  const { disk, close } = createMemoryPlatform({ log: { console: 'none' } });
  for (const directory of ['/a', '/b', '/c']) await disk.makeDirectory(directory);
  expect(await metadataDirectory(disk, ['/a', '/b'], [])).toBe('/a');
  await disk.replaceFile('/b/.ottla-metadata.journal', '');
  expect(await metadataDirectory(disk, ['/a', '/b'], ['/c'])).toBe('/b');
  await expect(metadataDirectory(disk, ['/a'], ['/c'])).rejects.toThrow('may be in /c. Repair these');
  await disk.replaceFile('/c/.ottla-metadata.snapshot', '');
  await expect(metadataDirectory(disk, ['/a', '/b', '/c'], [])).rejects.toThrow('more than one log directory: /b, /c');
  await close();
});

it('does not start without the directory that has the topics, and finds them when it is back', async () => {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const properties = { 'broker.id': '0', listeners: 'PLAINTEXT://:9092', 'log.dirs': '/a,/b' };
  const config = BrokerConfig.parse({ overrides: new Map(Object.entries(properties)) });
  const start = () => world.finish(startBroker(node.restart(), config));
  const { clusterId } = await start();
  node.kill();
  node.disk.failNext({ operation: 'open', path: '/a/.lock' });
  await expect(start()).rejects.toThrow('may be in /a. Repair these');
  expect((await start()).clusterId).toBe(clusterId);
});

it('halts when its metadata cannot be changed any more, and is whole after a restart', async () => {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const properties = { 'broker.id': '0', listeners: 'PLAINTEXT://:9092', 'log.dirs': '/a,/b' };
  const config = BrokerConfig.parse({ overrides: new Map(Object.entries(properties)) });
  const { services, clusterId } = await world.finish(startBroker(node.platform, config));
  node.disk.failNext({ operation: 'sync', path: '.ottla-metadata.journal' });
  services.producerIds.next(() => undefined);
  await world.run({ untilMs: world.nowMs + 1000 });
  expect(node.failures.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['halt', expect.stringContaining('its metadata cannot be changed any more: sync of /a/.ottla-metadata.journal')],
  ]);
  expect(node.running).toBe(false);
  expect((await world.finish(startBroker(node.restart(), config))).clusterId).toBe(clusterId);
});
