import { createSimulatedWorld } from '@ottla/platform/simulated';
import { expect, test } from 'vitest';
import { defaultLogConfig, LogManager } from './index.ts';

const LOGS = Array.from({ length: 600 }, (_none, partition) => ({ topic: 't', partition, topicId: undefined }));

/** A manager on a simulated node, and what its disk did of that which waits for the device. */
function manyLogs() {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const synced: string[] = [];
  const { disk } = node.platform;
  const counting = new Proxy(disk, {
    get(target, name) {
      if (name === 'syncDirectory' || name === 'replaceFile') {
        return (path: string, ...rest: [string]) => {
          synced.push(path);
          return target[name](path, ...rest);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const platform = { ...node.platform, disk: counting };
  const manager = new LogManager({ platform, logDirectories: ['/a', '/b'], configFor: () => defaultLogConfig });
  return { world, node, manager, synced };
}

test('many logs are made with one sync of each log directory, and outlive a power loss', async () => {
  const { world, node, manager, synced } = manyLogs();
  await world.finish(manager.start());
  synced.length = 0;
  const made = await world.finish(manager.createAll(LOGS));
  expect(made.filter((log) => 'error' in log)).toEqual([]);
  expect(synced.toSorted()).toEqual(['/a', '/b']);
  expect(manager.directories.map(({ logCount }) => logCount)).toEqual([300, 300]);
  node.powerLoss();
  const { disk } = node.restart();
  const left: string[] = [];
  for (const path of ['/a', '/b']) left.push(...(await world.finish(disk.list(path))).map(({ name }) => name));
  expect(left.filter((name) => name.startsWith('t-'))).toHaveLength(600);
});

test('many logs are deleted with one sync of each log directory and one set of checkpoints', async () => {
  const { world, manager, synced } = manyLogs();
  await world.finish(manager.start());
  await world.finish(manager.createAll(LOGS));
  synced.length = 0;
  await world.finish(manager.deleteAll(LOGS));
  expect(manager.logCount).toBe(0);
  expect(synced.toSorted().map((path) => path.replace('-checkpoint', ''))).toEqual([
    '/a',
    '/a/log-start-offset',
    '/a/recovery-point-offset',
    '/a/replication-offset',
    '/b',
    '/b/log-start-offset',
    '/b/recovery-point-offset',
    '/b/replication-offset',
  ]);
});

test('making many logs leaves the loop its turns', async () => {
  const { world, manager } = manyLogs();
  await world.finish(manager.start());
  const making = manager.createAll(LOGS);
  expect(manager.logCount).toBeGreaterThan(0);
  expect(manager.logCount).toBeLessThan(LOGS.length);
  await world.finish(making);
  expect(manager.logCount).toBe(LOGS.length);
});
