// What the cells of this repository's own client share. Needs `npm run build`.
import { createKafka } from '@ottla/client';
import { expect, Waiting } from './cells.mjs';

/** @typedef {import('./cells.mjs').Cell} Cell */
/** @typedef {import('./cells.mjs').Context} Context */
/** @typedef {import('@ottla/client').Kafka} Kafka */

/** @param {string} name @param {(at: Context, kafka: Kafka) => Promise<void>} check @returns {Cell} */
export const libraryCell = (name, check) => ({
  name,
  uses: [],
  check: async (at) => {
    const kafka = createKafka({ brokers: at.target.bootstrap, clientId: 'conformance' });
    try {
      await check(at, kafka);
    } finally {
      await kafka.close();
    }
  },
});

/** @param {string} name @param {(at: Context, kafka: Kafka) => Promise<void>} check @returns {Cell} */
export const cell = (name, check) => libraryCell(`client library / ${name}`, check);

/** Ends a cell that waits for an API which the broker does not list yet. @param {Kafka} kafka @param {number} apiKey */
export async function needs(kafka, apiKey) {
  if ((await kafka.cluster.versions('any')).range(apiKey) === undefined)
    throw new Waiting(`the broker does not list API ${apiKey}`);
}

/** The same for a feature, which a broker may list APIs of without serving them. @param {Kafka} kafka @param {string} name */
export async function needsFeature(kafka, name) {
  if ((await kafka.cluster.versions('any')).feature(name) < 1) throw new Waiting(`${name} is not finalized`);
}

/** The values of a topic, partition by partition. @param {Kafka} kafka @param {string} topic @param {number} count */
export async function valuesOf(kafka, topic, count) {
  const consumer = kafka.consumer({ isolation: 'read_committed', onReset: 'earliest' });
  try {
    await kafka.cluster.refresh([topic]);
    const partitions = kafka.cluster.metadata.topic(topic)?.partitions ?? [];
    consumer.assign(partitions.map(({ partition }) => ({ topic, partition })));
    const values = [];
    const end = performance.now() + 20_000;
    while (values.length < count && performance.now() < end)
      for (const { value } of await consumer.poll({ timeout: 200 })) values.push(String(value));
    // Nothing may come behind the last one.
    for (const { value } of await consumer.poll({ timeout: 300 })) values.push(String(value));
    return values;
  } finally {
    await consumer.close();
  }
}

/** @param {readonly unknown[]} got @param {readonly unknown[]} wanted */
export function expectSame(got, wanted) {
  expect(
    JSON.stringify(got) === JSON.stringify(wanted),
    `got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`,
  );
}
