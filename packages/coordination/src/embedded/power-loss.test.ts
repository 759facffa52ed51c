import { createSimulatedWorld } from '@ottla/platform/simulated';
import { expect, test } from 'vitest';
import type { EmbeddedStore } from './index.ts';
import { openEmbeddedStore } from './index.ts';

/** What was acknowledged is there after a power loss at any moment, also around a snapshot; never a tree that cannot be read. */
test.each(['random', 'journaled'] as const)('a power loss at any call, on a %s disk', async (survival) => {
  for (let seed = 0; seed < 150; seed++) {
    const world = createSimulatedWorld(seed, { disk: { survival } });
    const node = world.node('a');
    const prng = world.prng('test');
    await world.finish(node.platform.disk.makeDirectory('/data'));
    await world.finish(node.platform.disk.syncDirectory('/'));
    const acked = new Map<string, string>();
    for (let life = 0; life < 6; life++) {
      const opening = openEmbeddedStore({ ...node.platform, directory: '/data', snapshotBytesMin: 300 });
      const store: EmbeddedStore = await world.finish(opening);
      const client = store.connect();
      for (const [path, value] of acked) {
        const found = await world.finish(client.get(path));
        expect([seed, path, found.ok && found.data?.toString()]).toEqual([seed, path, value]);
      }
      let isOver = false;
      const work = async (): Promise<void> => {
        for (let count = 0; !isOver && node.running; count++) {
          const path = `/${prng.integer(5)}`;
          const value = `${life}.${count}${'x'.repeat(prng.integer(120))}`;
          // Until it is acknowledged both are possible.
          acked.delete(path);
          const made = await client.create(path, Buffer.from(value));
          const done = made.ok || (await client.set(path, Buffer.from(value), -1)).ok;
          if (done) acked.set(path, value);
        }
      };
      void work();
      node.disk.killAfterCalls(prng.integer(60), 'powerLoss');
      await world.run({ until: () => !node.running, untilMs: world.nowMs + 10_000 });
      isOver = true;
      node.restart();
    }
  }
});
