import { FindCoordinatorRequest, FindCoordinatorResponse } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { broker, client } from '../test-support/client.ts';

const FIND_COORDINATOR = { request: FindCoordinatorRequest, response: FindCoordinatorResponse };

test('a long poll on connections of its own holds up nobody else, and ends with them', async () => {
  const server = await broker();
  const { cluster } = client(server);
  const [first, second] = [cluster.ownConnections(), cluster.ownConnections()];
  await cluster.refresh([]);
  server.intercept('FindCoordinator', ({ body }) => (body.coordinatorKeys[0] === 'slow' ? 'drop' : undefined));
  const ask = (key: string, purpose: typeof first.coordination) =>
    cluster.request(FIND_COORDINATOR, 1, { coordinatorKeys: [key] }, { purpose });
  const slow = ask('slow', first.coordination);
  expect((await ask('quick', second.coordination)).coordinators).toMatchObject([{ key: 'quick' }]);
  first.close();
  await expect(slow).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' });
});
