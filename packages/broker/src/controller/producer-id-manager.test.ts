import { memoryStore } from '@ottla/coordination/embedded';
import { createMemoryPlatform } from '@ottla/platform/node';
import { ErrorCode } from '@ottla/protocol';
import { describe, expect, test } from 'vitest';
import { ProducerIdManager } from './producer-id-manager.ts';

const platform = createMemoryPlatform({ log: { console: 'none' } });

function next(manager: ProducerIdManager): Promise<{ error: ErrorCode; producerId: number }> {
  return new Promise((resolve) => manager.next(resolve));
}

describe('producer ids', () => {
  test('no two brokers give out the same, also when asked at once and after a restart', async () => {
    const store = memoryStore(platform.clock);
    const client = store.connect();
    await client.create('/latest_producer_id_block', null);
    const managers = [0, 1, 2].map((id) => new ProducerIdManager(id, store.connect()));
    const asked: Promise<{ error: ErrorCode; producerId: number }>[] = [];
    for (let round = 0; round < 1500; round++) for (const manager of managers) asked.push(next(manager));
    const restarted = new ProducerIdManager(0, store.connect());
    for (let round = 0; round < 10; round++) asked.push(next(restarted));
    const answers = await Promise.all(asked);
    expect(answers.every(({ error }) => error === ErrorCode.NONE)).toBe(true);
    expect(new Set(answers.map(({ producerId }) => producerId)).size).toBe(answers.length);
    const stored = await client.get('/latest_producer_id_block');
    expect(stored.ok && stored.data?.toString()).toMatch(
      /^\{"version":1,"broker":\d,"block_start":"\d+000","block_end":"\d+999"\}$/,
    );
  });

  test('the next block is fetched before the current one is used up', async () => {
    const store = memoryStore(platform.clock);
    const client = store.connect();
    await client.create('/latest_producer_id_block', null);
    const manager = new ProducerIdManager(0, store.connect());
    for (let id = 0; id < 950; id++) expect((await next(manager)).producerId).toBe(id);
    const stored = await client.get('/latest_producer_id_block');
    expect(stored.ok && stored.data?.toString()).toContain('"block_end":"1999"');
  });

  test('without the store the producer is asked to try again', async () => {
    const manager = new ProducerIdManager(0, memoryStore(platform.clock).connect());
    expect(await next(manager)).toEqual({ error: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, producerId: -1 });
  });
});
