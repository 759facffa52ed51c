import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { API } from '../api.ts';
import { client } from '../test-support/client.ts';
import { scripted, scriptedBroker } from '../test-support/scripted-broker.ts';
import { metricsData } from './otlp.ts';

type Field = [field: number, value: unknown];

/** Protobuf by its wire format; `schema` says which fields are messages, text, doubles. */
interface Schema {
  readonly [field: number]: Schema | 'text' | 'double' | 'time' | 'int';
}

const KEY_VALUE: Schema = { 1: 'text', 2: { 1: 'text' } };
const POINT: Schema = { 2: 'time', 3: 'time', 4: 'double', 7: KEY_VALUE };
const METRICS_DATA: Schema = {
  1: { 1: { 1: KEY_VALUE }, 2: { 2: { 1: 'text', 5: { 1: POINT }, 7: { 1: POINT, 2: 'int', 3: 'int' } } } },
};

function decode(bytes: Buffer, schema: Schema): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = tag >> 3;
    const kind = schema[field];
    if (kind === undefined) throw new Error(`there is no field ${field}`);
    if ((tag & 7) === 0) fields.push([field, varint()]);
    else if ((tag & 7) === 1) {
      fields.push([field, kind === 'double' ? bytes.readDoubleLE(at) : bytes.readBigUInt64LE(at)]);
      at += 8;
    } else {
      const length = varint();
      const part = bytes.subarray(at, at + length);
      at += length;
      fields.push([field, typeof kind === 'string' ? part.toString('utf8') : decode(part, kind)]);
    }
  }
  return fields;
}

test('OTLP: gauges and sums with their attributes', () => {
  const bytes = metricsData(
    [
      { name: 'a', value: 1.5, attributes: { topic: 'x' }, sum: undefined },
      { name: 'b'.repeat(200), value: 7, attributes: {}, sum: { startMs: 1000, isDelta: true } },
    ],
    { who: 'me' },
    2000,
  );
  expect(decode(bytes, METRICS_DATA)).toEqual([
    [
      1,
      [
        [
          1,
          [
            [
              1,
              [
                [1, 'who'],
                [2, [[1, 'me']]],
              ],
            ],
          ],
        ],
        [
          2,
          [
            [
              2,
              [
                [1, 'a'],
                [
                  5,
                  [
                    [
                      1,
                      [
                        [3, 2_000_000_000n],
                        [4, 1.5],
                        [
                          7,
                          [
                            [1, 'topic'],
                            [2, [[1, 'x']]],
                          ],
                        ],
                      ],
                    ],
                  ],
                ],
              ],
            ],
            [
              2,
              [
                [1, 'b'.repeat(200)],
                [
                  7,
                  [
                    [
                      1,
                      [
                        [2, 1_000_000_000n],
                        [3, 2_000_000_000n],
                        [4, 7],
                      ],
                    ],
                    [2, 1],
                    [3, 1],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
  ]);
});

const ID = 'AAAAAAAAAAAAAAAAAAAACQ';

test('metrics are pushed as the cluster subscribes, again when that changes, and once more at the end', async () => {
  const pushes: { subscription: number; terminating: boolean; names: unknown[] }[] = [];
  const asked: string[] = [];
  let wake = (): void => {};
  const enough = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const server = await scriptedBroker([
    scripted(API.GetTelemetrySubscriptions, ({ clientInstanceId }) => {
      asked.push(clientInstanceId);
      return {
        throttleTimeMs: 0,
        errorCode: 0,
        clientInstanceId: ID,
        subscriptionId: asked.length,
        acceptedCompressionTypes: [],
        pushIntervalMs: 5,
        telemetryMaxBytes: 100_000,
        deltaTemporality: true,
        requestedMetrics:
          asked.length === 1 ? ['org.apache.kafka.producer.connection.'] : ['org.apache.kafka.producer.record.'],
      };
    }),
    scripted(API.PushTelemetry, ({ subscriptionId, terminating, metrics }) => {
      const names = [...String(metrics).matchAll(/org\.apache\.kafka\.[a-z.]+/g)].map(([name]) => name);
      decode(metrics, METRICS_DATA);
      pushes.push({ subscription: subscriptionId, terminating, names });
      if (pushes.length === 4) wake();
      return { throttleTimeMs: 0, errorCode: pushes.length === 2 ? ErrorCode.UNKNOWN_SUBSCRIPTION_ID : 0 };
    }),
  ]);
  const kafka = client(server);
  kafka.producer();
  await kafka.cluster.refresh();
  await enough;
  expect(kafka.clientInstanceId).toBe(ID);
  await kafka.close();
  expect(asked).toEqual(['AAAAAAAAAAAAAAAAAAAAAA', ID]);
  const seen = pushes.map(({ subscription }) => subscription);
  expect(seen.slice(0, 4)).toEqual([1, 1, 2, 2]);
  expect(pushes.map(({ terminating }) => terminating)).toEqual([...seen.slice(1).map(() => false), true]);
  expect(pushes[0]?.names).toContain('org.apache.kafka.producer.connection.count');
  expect(pushes[0]?.names.some((name) => String(name).includes('record'))).toBe(false);
  expect(pushes.at(-1)?.names).toContain('org.apache.kafka.producer.record.send.total');
});

test('a cluster without a receiver is not asked, nor one that the client is not to push to', async () => {
  let asked = 0;
  const silent = client(await scriptedBroker([]));
  await silent.cluster.refresh();
  const server = await scriptedBroker([
    scripted(API.GetTelemetrySubscriptions, () => {
      asked++;
      return undefined;
    }),
  ]);
  const off = client(server, { metricsPush: false });
  await off.cluster.refresh();
  await off.close();
  await silent.close();
  expect(asked).toBe(0);
});
