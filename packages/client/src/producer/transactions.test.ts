import { ErrorCode } from '@ottla/protocol';
import { expect, test, vi } from 'vitest';
import { scriptedTransactions } from './test-support/scripted-transactions.ts';

const GROUP = { groupId: 'g', generationId: 3, memberId: 'm', groupInstanceId: undefined };
const OFFSETS = [{ topic: 'in', partition: 0, offset: 5 }];

test('partitions and groups are added before anything is written to them; numbers go on in the next transaction', async () => {
  const { log, producer } = await scriptedTransactions(false);
  const own = producer();
  await own.transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    await tx.send('orders', { value: 'b', partition: 1 });
    await tx.send('orders', { value: 'c', partition: 0 });
    await tx.sendOffsets(OFFSETS, GROUP);
  });
  await own.transaction((tx) => tx.send('orders', { value: 'd', partition: 0 }));
  expect(log).toEqual([
    'init tx -1 -1',
    'add orders-0 epoch 0',
    'a to 0 by tx epoch 0 sequence 0',
    'add orders-1 epoch 0',
    'b to 1 by tx epoch 0 sequence 0',
    'c to 0 by tx epoch 0 sequence 1',
    'add group g',
    'commit in-0@5 of g by m/3',
    'end commit epoch 0',
    'add orders-0 epoch 0',
    'd to 0 by tx epoch 0 sequence 2',
    'end commit epoch 0',
  ]);
});

test('KIP-890: nothing is added, and each transaction has an epoch of its own, numbered from 0', async () => {
  const { log, producer } = await scriptedTransactions(true);
  const own = producer();
  for (const value of ['a', 'b'])
    await own.transaction(async (tx) => {
      await tx.send('orders', { value, partition: 0 });
      await tx.sendOffsets(OFFSETS, GROUP);
    });
  expect(log).toEqual([
    'init tx -1 -1',
    'a to 0 by tx epoch 0 sequence 0',
    'commit in-0@5 of g by m/3',
    'end commit epoch 0',
    'b to 0 by tx epoch 1 sequence 0',
    'commit in-0@5 of g by m/3',
    'end commit epoch 1',
  ]);
});

test.each([false, true])('a throw aborts: what has not left never does (KIP-890: %s)', async (isImplicit) => {
  const { log, producer } = await scriptedTransactions(isImplicit);
  const own = producer({ lingerMs: 60_000 });
  let dropped: Promise<unknown> = Promise.resolve();
  const work = own.transaction(async (tx) => {
    dropped = tx.send('orders', { value: 'never', partition: 0 });
    await tx.sendOffsets(OFFSETS, GROUP);
    throw new Error('changed my mind');
  });
  await expect(work).rejects.toThrow('changed my mind');
  await expect(dropped).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' });
  expect(log.some((line) => line.startsWith('never'))).toBe(false);
  expect(log).toContain('end abort epoch 0');
});

test('nothing joins a transaction that is over: what was being added is not asked again after its end', async () => {
  const { log, errors, producer } = await scriptedTransactions(false);
  const own = producer();
  errors.set('AddPartitionsToTxn', Array(5).fill(ErrorCode.CONCURRENT_TRANSACTIONS));
  errors.set('AddOffsetsToTxn', Array(5).fill(ErrorCode.CONCURRENT_TRANSACTIONS));
  const tx = await own.beginTransaction();
  const sent = tx.send('orders', { value: 'never', partition: 0 });
  const committed = tx.sendOffsets(OFFSETS, GROUP);
  await vi.waitFor(() => expect(log).toEqual(expect.arrayContaining(['add orders-0 epoch 0', 'add group g'])));
  const dropped = { code: 'TRANSACTION_ABORTED' };
  await Promise.all([
    expect(sent).rejects.toMatchObject(dropped),
    expect(committed).rejects.toMatchObject(dropped),
    tx.abort(),
  ]);
  errors.clear();
  const end = log.indexOf('end abort epoch 0');
  await own.transaction((next) => next.send('orders', { value: 'kept', partition: 1 }));
  expect(log.slice(end).filter((line) => !line.startsWith('init'))).toEqual([
    'end abort epoch 0',
    expect.stringMatching(/^add orders-1 epoch/),
    expect.stringMatching(/^kept to 1/),
    expect.stringMatching(/^end commit/),
  ]);
});

test('a commit comes after the offsets that were still being sent', async () => {
  const { log, errors, producer } = await scriptedTransactions(false);
  errors.set('TxnOffsetCommit', [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS]);
  const tx = await producer().beginTransaction();
  const committed = tx.sendOffsets(OFFSETS, GROUP);
  await Promise.all([committed, tx.commit()]);
  expect(log.at(-1)).toBe('end commit epoch 0');
});

test('a transaction in which nothing was done asks nothing of the coordinator', async () => {
  const { log, producer } = await scriptedTransactions(false);
  await producer().transaction(() => {});
  expect(log).toEqual(['init tx -1 -1']);
});

test.each([false, true])(
  'a lost record makes the transaction abortable; the next one has another epoch (KIP-890: %s)',
  async (isImplicit) => {
    const { log, errors, producer } = await scriptedTransactions(isImplicit);
    const own = producer();
    const tx = await own.beginTransaction();
    await tx.send('orders', { value: 'a', partition: 0 });
    errors.set('Produce', [ErrorCode.INVALID_RECORD]);
    const lost = { code: 'INVALID_RECORD', topic: 'orders', partition: 0 };
    await expect(tx.send('orders', { value: 'lost', partition: 0 })).rejects.toMatchObject(lost);
    const abortable = { ...lost, abortable: true, fatal: false, retriable: false };
    await expect(tx.send('orders', { value: 'x' })).rejects.toMatchObject(abortable);
    await expect(tx.sendOffsets(OFFSETS, GROUP)).rejects.toMatchObject(abortable);
    await expect(tx.commit()).rejects.toMatchObject(abortable);
    await tx.abort();
    await own.transaction((next) => next.send('orders', { value: 'b', partition: 0 }));
    expect(log).toContain('end abort epoch 0');
    expect(log).toContain('b to 0 by tx epoch 1 sequence 0');
    expect(log.at(-1)).toBe('end commit epoch 1');
  },
);

test('retries: the whole is done again after an abortable error', async () => {
  const { errors, producer } = await scriptedTransactions(true);
  errors.set('TxnOffsetCommit', [ErrorCode.TRANSACTION_ABORTABLE]);
  let rounds = 0;
  const result = await producer().transaction(
    async (tx) => {
      await tx.sendOffsets(OFFSETS, GROUP);
      return ++rounds;
    },
    { retries: 1 },
  );
  expect([result, rounds]).toEqual([1, 1]);
});

test.each(['InitProducerId', 'AddPartitionsToTxn', 'TxnOffsetCommit', 'EndTxn'])(
  'what passes is asked again: %s',
  async (api) => {
    const { log, errors, producer } = await scriptedTransactions(false);
    errors.set(api, [
      ErrorCode.CONCURRENT_TRANSACTIONS,
      ErrorCode.NOT_COORDINATOR,
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ]);
    await producer().transaction(async (tx) => {
      await tx.send('orders', { value: 'a', partition: 0 });
      await tx.sendOffsets(OFFSETS, GROUP);
    });
    expect(log.at(-1)).toBe('end commit epoch 0');
    expect(errors.get(api)).toEqual([]);
  },
);

test.each(['AddPartitionsToTxn', 'Produce', 'TxnOffsetCommit', 'EndTxn'])(
  'fenced by %s: fatal, for this transaction and all that would come',
  async (api) => {
    const { errors, producer } = await scriptedTransactions(false);
    const own = producer();
    const tx = await own.beginTransaction();
    errors.set(api, [api === 'Produce' ? ErrorCode.PRODUCER_FENCED : ErrorCode.INVALID_PRODUCER_EPOCH]);
    const fenced = { code: 'PRODUCER_FENCED', fatal: true, retriable: false, abortable: false };
    const work = async (): Promise<void> => {
      await tx.send('orders', { value: 'a', partition: 0 }).catch(() => {});
      await tx.sendOffsets(OFFSETS, GROUP);
      await tx.commit();
    };
    await expect(work()).rejects.toMatchObject(fenced);
    await expect(tx.abort()).rejects.toMatchObject(fenced);
    await expect(own.beginTransaction()).rejects.toMatchObject(fenced);
    await expect(own.send('orders', { value: 'x' })).rejects.toMatchObject(fenced);
    await own.close();
  },
);

test.each(['FindCoordinator', 'InitProducerId'])(
  'a transactional id that is not allowed: fatal, by %s',
  async (api) => {
    const { errors, producer } = await scriptedTransactions(false);
    errors.set(api, [ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED]);
    const own = producer();
    const refused = { code: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', fatal: true, retriable: false };
    await expect(own.beginTransaction()).rejects.toMatchObject(refused);
    await expect(own.beginTransaction()).rejects.toMatchObject(refused);
  },
);

test('a commit that got no answer may be tried again', async () => {
  const { log, errors, producer } = await scriptedTransactions(false, { requestTimeoutMs: 100 });
  const tx = await producer().beginTransaction();
  await tx.send('orders', { value: 'a', partition: 0 });
  errors.set('EndTxn', [undefined]);
  await expect(tx.commit({ timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT', retriable: true });
  await tx.commit();
  expect(log.filter((line) => line === 'end commit epoch 0').length).toBeGreaterThan(1);
});

test('outside of a transaction nothing is sent, and there is one at a time', async () => {
  const { producer } = await scriptedTransactions(false);
  const own = producer();
  const illegal = { code: 'ILLEGAL_STATE', retriable: false };
  await expect(own.send('orders', { value: 'x' })).rejects.toMatchObject(illegal);
  const tx = await own.beginTransaction();
  await expect(own.beginTransaction()).rejects.toMatchObject(illegal);
  await tx.abort();
  await expect(tx.send('orders', { value: 'x' })).rejects.toMatchObject(illegal);
});

test('close aborts what is open', async () => {
  const { log, producer } = await scriptedTransactions(false);
  const own = producer();
  const tx = await own.beginTransaction();
  await tx.send('orders', { value: 'a', partition: 0 });
  await own.close();
  expect(log.at(-1)).toBe('end abort epoch 0');
  await expect(tx.commit()).rejects.toMatchObject({ code: expect.stringMatching(/CLOSED|ILLEGAL_STATE/) });
});
