import { expect, test } from 'vitest';
import { client } from '../../test-support/client.ts';
import { orders, shop, values } from '../test-support/shop.ts';

const CASES = [
  ['classic', 'FindCoordinator'],
  ['classic', 'JoinGroup'],
  ['consumer', 'FindCoordinator'],
] as const;

for (const [protocol, api] of CASES)
  test.each([
    [60_000, 200],
    [50, 300],
  ])(
    `a group that cannot be joined ends the iteration when its session would be over: ${protocol}, no ${api}, an operation takes up to %i ms, a session %i`,
    async (operationTimeoutMs, sessionTimeoutMs) => {
      const { server } = await shop();
      server.intercept(api, () => 'disconnect');
      const kafka = client(server, {
        retryBackoffMs: 10,
        retryBackoffMaxMs: 20,
        reconnectBackoffMs: 10,
        operationTimeoutMs,
      });
      const consumer = kafka
        .consumer({ group: 'g', protocol, heartbeatIntervalMs: 20, sessionTimeoutMs })
        .subscribe(orders);
      const iterator = consumer[Symbol.asyncIterator]();
      await expect(iterator.next()).rejects.toMatchObject({
        code: 'SESSION_EXPIRED',
        retriable: true,
        message: expect.stringContaining('Disconnected from'),
      });
    },
  );

test('the next read joins again', async () => {
  const { server, fill, reader } = await shop();
  await fill(1);
  let isDown = true;
  server.intercept('FindCoordinator', () => (isDown ? 'disconnect' : undefined));
  const consumer = reader({ heartbeatIntervalMs: 20, sessionTimeoutMs: 200 });
  await expect(consumer[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  isDown = false;
  expect(await values(consumer, 1)).toEqual(['0']);
});
