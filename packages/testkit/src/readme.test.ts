import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ErrorCode, startBroker } from './index.ts';
import { TestClient } from './test-support/client.ts';

/** A shop that sends its orders again as long as the broker is not the leader. */
async function openShop({ brokers }: { readonly brokers: readonly string[] }) {
  const [host = '', port] = brokers[0]?.split(':') ?? [];
  const client = await TestClient.connect({ host, port: Number(port) });
  return {
    async order(what: string): Promise<void> {
      do attempts++;
      while ((await client.produce('orders', [what])).error === ErrorCode.NOT_LEADER_OR_FOLLOWER);
    },
    close: () => client.close(),
  };
}

let attempts = 0;

test('the example runs as it is printed', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const body = example.replace(/^import .*\n/gm, '');
  expect(body).toContain('await startBroker(');
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const run = new AsyncFunction('startBroker', 'ErrorCode', 'openShop', 'expect', body);
  await run(startBroker, ErrorCode, openShop, expect);
  expect(attempts).toBe(2);
});
