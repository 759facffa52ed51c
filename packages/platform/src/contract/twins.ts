import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createMemoryPlatform } from '../memory/platform.ts';
import { NodeNetwork } from '../node/network.ts';
import { createNodePlatform } from '../node/platform.ts';
import type { Platform } from '../platform.ts';
import { createSimulatedWorld } from '../simulated/world.ts';

/** One implementation of the ports, for tests that all of them must pass. */
export interface Twin {
  readonly name: string;
  /** Runs `body` with a platform and an empty directory. Simulated: drives the world until `body` is done. */
  run(body: (platform: Platform, directory: string) => Promise<void>): Promise<void>;
}

export const nodeTwin: Twin = {
  name: 'node',
  run: async (body) => {
    const directory = realpathSync(mkdtempSync(`${tmpdir()}/ottla-platform-`));
    const platform = createNodePlatform({ log: { console: 'none' }, overwriteReleased: true });
    try {
      await body(platform, directory);
    } finally {
      await platform.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** What is used where receive memory cannot be pooled. */
export const nodeDataEventsTwin: Twin = {
  name: "node with 'data' events",
  run: (body) =>
    nodeTwin.run((platform, directory) => {
      const network = new NodeNetwork(platform.clock, { pooledReceive: false, overwriteReleased: true });
      return body({ ...platform, network }, directory);
    }),
};

/** What is used where the add-on is not built. */
export const nodeCopyingTwin: Twin = {
  name: 'node without system calls of its own',
  run: (body) =>
    nodeTwin.run((platform, directory) => {
      const network = new NodeNetwork(platform.clock, { sendsFromFiles: false, overwriteReleased: true });
      return body({ ...platform, network }, directory);
    }),
};

export const memoryTwin: Twin = {
  name: 'memory',
  run: async (body) => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    try {
      await platform.disk.makeDirectory('/data');
      await body(platform, '/data');
    } finally {
      await platform.close();
    }
  },
};

/** Many seeds: each is another order of events and another way to cut what arrives. */
export function simulatedTwin(seed: number): Twin {
  return {
    name: `simulated (seed ${seed})`,
    run: async (body) => {
      const world = createSimulatedWorld(seed, { network: { splitChance: 0.2 } });
      const { platform } = world.node('one');
      await world.finish(platform.disk.makeDirectory('/data').then(() => body(platform, '/data')));
    },
  };
}
