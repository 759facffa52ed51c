import { expect, test } from 'vitest';
import { sendingPlan } from './producer-options.ts';

const REQUIRED = '--topic t --num-records 5 --throughput -1 --record-size 10';

async function planOf(more: string) {
  const plan = await sendingPlan([...REQUIRED.split(' '), ...more.split(' ')], () => {});
  if ('help' in plan) throw new Error('help was not asked for');
  return { transactionMs: plan.transactionMs, id: plan.properties.get('transactional.id') };
}

test('a command line of 3.9 has transactions by their duration, one of 4.x by their id as well', async () => {
  const before = '--producer-props bootstrap.servers=a:1';
  expect(await planOf(`${before} --transactional-id x`)).toEqual({ transactionMs: 0, id: undefined });
  expect(await planOf(`${before} --transaction-duration-ms 7`)).toEqual({
    transactionMs: 7,
    id: 'performance-producer-default-transactional-id',
  });
  expect(await planOf('--bootstrap-server a:1')).toEqual({ transactionMs: 0, id: undefined });
  expect(await planOf('--bootstrap-server a:1 --transactional-id x')).toEqual({ transactionMs: 3000, id: 'x' });
  expect(await planOf('--command-property transactional.id=y --transaction-duration-ms 7')).toEqual({
    transactionMs: 7,
    id: 'y',
  });
  const drawn = await planOf('--bootstrap-server a:1 --transaction-duration-ms 7');
  expect(drawn.id).toMatch(/^performance-producer-.{20,}/);
});

test('an option of 4.x that is cut short is one of 4.x still', async () => {
  expect(await planOf('--boot a:1 --transactional-id x')).toEqual({ transactionMs: 3000, id: 'x' });
  await expect(planOf('--rep 0 --producer-props bootstrap.servers=a:1')).rejects.toThrow(
    /kafka-producer-perf-test: error:\s+--reporting-interval\s+should/,
  );
});
