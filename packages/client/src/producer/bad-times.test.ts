import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { broker, client } from '../test-support/client.ts';

test.each(['0.11', '1.1', '2.0', '2.8', '3.9', '4.3'] as const)(
  'a broker that lists what Kafka %s does',
  async (asVersion) => {
    const server = await broker({ topics: { a: 1 }, asVersion });
    const kafka = client(server);
    const producer = kafka.producer({ compression: 'gzip' });
    const sent = await producer.send('a', [{ key: 'k', value: 'v', headers: [['h', '1']] }, { value: null }]);
    expect(sent.map(({ offset }) => offset)).toEqual([0, 1]);
    expect(server.records('a').map(({ value }) => value?.toString())).toEqual(['v', undefined]);
  },
);

test('a broker without producer ids: the error is fatal and names the API', async () => {
  const server = await broker({ topics: { a: 1 }, asVersion: '0.10.2' });
  await expect(client(server).producer().send('a', { value: 'v' })).rejects.toMatchObject({
    code: 'UNSUPPORTED_VERSION',
    fatal: true,
    message: expect.stringContaining('InitProducerId'),
  });
});

test('close in the middle of everything: all that waited is told, once', async () => {
  const server = await broker({ topics: { a: 1 } });
  const kafka = client(server);
  const producer = kafka.producer({ batchBytes: 50 });
  await producer.send('a', { value: 'first' });
  server.intercept('Produce', () => 'drop');
  const sent = Array.from({ length: 50 }, (_, n) => producer.send('a', { value: String(n) }));
  const missing = producer.send('no-such-topic!', { value: 'x' });
  producer.append('a', { value: 'unobserved' });
  const outcomes = Promise.allSettled([...sent, missing]);
  await producer.close({ timeout: 30 });
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: expect.any(String) } });
  await expect(producer.send('a', { value: 'late' })).rejects.toMatchObject({ code: 'CLOSED' });
  expect(() => producer.append('a', { value: 'late' })).toThrow(/closed/);
  await kafka.close();
});

test('a name that cannot be a topic is refused at once', async () => {
  const producer = client(await broker()).producer();
  await expect(producer.send('no such topic!', { value: 'x' })).rejects.toMatchObject({
    code: 'INVALID_TOPIC_EXCEPTION',
    topic: 'no such topic!',
    retriable: false,
  });
});

test('no room: a send waits, then says what is full', async () => {
  const server = await broker({ topics: { a: 1 } });
  const producer = client(server).producer({ bufferBytes: 500, blockMaxMs: 60 });
  await producer.send('a', { value: 'first' });
  server.intercept('Produce', () => 'drop');
  const first = producer.send('a', { value: 'x'.repeat(600) });
  first.catch(() => {});
  await expect(producer.send('a', { value: 'y' })).rejects.toMatchObject({
    code: 'BUFFER_FULL',
    retriable: true,
    topic: 'a',
    message: expect.stringContaining('500 bytes'),
  });
  await producer.close({ timeout: 0 });
  await expect(first).rejects.toMatchObject({ code: 'CLOSED' });
});

test('an error that is not to be retried fails its batch, with the place, and only that', async () => {
  const server = await broker({ topics: { a: 2 } });
  server.intercept('Produce', () => ({ error: ErrorCode.TOPIC_AUTHORIZATION_FAILED }), { times: 1 });
  const producer = client(server).producer();
  await expect(producer.send('a', { value: 'x', partition: 1 })).rejects.toMatchObject({
    code: 'TOPIC_AUTHORIZATION_FAILED',
    topic: 'a',
    partition: 1,
    retriable: false,
  });
  expect(await producer.send('a', { value: 'x', partition: 1 })).toMatchObject({ offset: 0 });
});

test('the caller may stop waiting for a send', async () => {
  const server = await broker({ topics: { a: 1 } });
  const producer = client(server).producer();
  await producer.send('a', { value: 'first' });
  server.intercept('Produce', () => 'drop');
  await expect(producer.send('a', { value: 'x' }, { timeout: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  const signal = AbortSignal.abort(new Error('no'));
  await expect(producer.send('a', { value: 'x' }, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  await producer.close({ timeout: 0 });
});
