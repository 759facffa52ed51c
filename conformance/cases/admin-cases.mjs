// Topics and their configs, through the library's own admin client.
import { expect } from '../lib/cells.mjs';
import { until } from '../lib/wait.mjs';
import { metadata } from '../lib/wire.mjs';

/** Creates, is refused the same again, lists, describes, adds partitions, deletes. */
export async function topics(at, client) {
  const topic = at.unique(`${client.name}-topics`);
  const process = await at.client(client, 'topics', {
    topic,
    partitions: 3,
    ...(client.grows === false ? {} : { grow: 5 }),
  });
  await process.finish();
  const happened = process.events.map(({ event, ...details }) => {
    if (event === 'refused') return `refused as ${/exist/i.test(details.error) ? 'existing' : details.error}`;
    return [event, ...Object.values(details)].join(' ');
  });
  const grown = client.grows === false ? [] : ['described 5'];
  const expected = ['created', 'refused as existing', 'listed true', 'described 3', ...grown, 'deleted'];
  expect(happened.join() === expected.join(), `${happened} instead of ${expected}\n    ${process.story()}`);
  await until('the topic is gone', 10_000, async () => {
    const all = await metadata(at.target.port, null);
    return !all.topics.some((each) => each.name === topic);
  });
}

/** Describes what the topic was created with, changes it, describes that. */
export async function configs(at, client) {
  const topic = await at.topic(`${client.name}-configs`, 1, { 'retention.ms': '3600000' });
  const process = await at.client(client, 'configs', { topic, retention: 7_200_000 });
  await process.finish();
  const happened = process.events.map(({ event, ...details }) => [event, ...Object.values(details)].join(' '));
  const expected = ['config 3600000', 'altered', 'config 7200000'];
  expect(happened.join() === expected.join(), `${happened} instead of ${expected}\n    ${process.story()}`);
}
