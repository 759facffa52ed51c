// CreateTopics by hand (version 2, the oldest that Kafka 4 speaks), so that a test's set-up depends on no client.
import { int, text } from './bytes.mjs';
import { until } from './wait.mjs';
import { call, metadata } from './wire.mjs';

/**
 * @param {number} port
 * @param {string} name
 * @param {number} [partitions]
 * @param {Record<string, string>} [configs]
 */
export async function createTopic(port, name, partitions = 1, configs = {}) {
  const settings = Object.entries(configs).flatMap(([key, value]) => [text(key), text(value)]);
  const body = Buffer.concat([
    int(4, 1),
    text(name),
    int(4, partitions),
    int(2, 1), // replication factor
    int(4, 0), // no assignment by hand
    int(4, Object.keys(configs).length),
    ...settings,
    int(4, 30_000), // timeout
    int(1, 0), // not only validate
  ]);
  const answer = await call(port, 19, 2, body, 30_000);
  // correlation id, throttle time, array of one: name, error code, message
  const error = answer.readInt16BE(12 + 2 + answer.readInt16BE(12));
  if (error !== 0) throw new Error(`CreateTopics ${name}: error code ${error}`);
  await until(
    `a leader for every partition of ${name}`,
    30_000,
    async () => {
      const topic = (await metadata(port, [name])).topics[0];
      return (
        topic?.error === 0 &&
        topic.partitions.length === partitions &&
        topic.partitions.every((partition) => partition.leader >= 0)
      );
    },
    20,
  );
}

/** DeleteTopics version 1. @param {number} port @param {string} name */
export async function deleteTopic(port, name) {
  const answer = await call(port, 20, 1, Buffer.concat([int(4, 1), text(name), int(4, 30_000)]), 30_000);
  const error = answer.readInt16BE(12 + 2 + answer.readInt16BE(12));
  if (error !== 0) throw new Error(`DeleteTopics ${name}: error code ${error}`);
}
