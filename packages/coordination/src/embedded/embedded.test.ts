import { createMemoryPlatform } from '@ottla/platform/node';
import type { ContractStore } from '../test-support/coordination-contract.ts';
import { describeCoordination } from '../test-support/coordination-contract.ts';
import { memoryStore, openEmbeddedStore } from './open.task.ts';
import type { EmbeddedStore } from './store.ts';

function asContract(store: EmbeddedStore, end: () => Promise<void>): ContractStore {
  return {
    connect: () => Promise.resolve(store.connect()),
    expire: (client) => store.expireSession(client.session.id),
    close: async () => {
      await store.close();
      await end();
    },
  };
}

describeCoordination('in memory', () => {
  const platform = createMemoryPlatform({ log: { console: 'none' } });
  return Promise.resolve(asContract(memoryStore(platform.clock), () => platform.close()));
});

describeCoordination('journaled', async () => {
  const platform = createMemoryPlatform({ log: { console: 'none' } });
  await platform.disk.makeDirectory('/data');
  const store = await openEmbeddedStore({ ...platform, directory: '/data' });
  return asContract(store, () => platform.close());
});
