// What happens to a cluster: one trouble after the other, each over before the next begins.
import { pause } from '../lib/wait.mjs';

/** @typedef {import('./cluster.mjs').SoakCluster} SoakCluster */
/** @typedef {import('@ottla/client').Kafka} Kafka */

const PAUSES_MS = [3000, 8000, 12_000];

/** @type {Record<string, (cluster: SoakCluster, id: number, kafka: Kafka, topic: string, round: number) => Promise<unknown>>} */
const TROUBLES = {
  'connections cut': async (cluster, id) => cluster.proxies.get(id)?.cut(),
  'broker paused': async (cluster, id, _, __, round) => {
    await cluster.signal(id, 'SIGSTOP');
    await pause(PAUSES_MS[round % PAUSES_MS.length]);
    await cluster.signal(id, 'SIGCONT');
  },
  'leaders moved': (_, __, kafka, topic, round) => moveLeaders(kafka, topic, round),
  'broker restarted': (cluster, id) => cluster.restart(id),
  'connections refused': async (cluster, id) => {
    const proxy = cluster.proxies.get(id);
    if (proxy === undefined) return;
    proxy.isRefusing = true;
    proxy.cut();
    await pause(3000);
    proxy.isRefusing = false;
  },
  'broker killed': (cluster, id) => cluster.killAndRestart(id),
};

/** Every partition gets another preferred leader, which is then elected. @param {Kafka} kafka */
async function moveLeaders(kafka, topic, round) {
  const admin = kafka.admin();
  const partitions = (await admin.describeTopics([topic])).get(topic)?.partitions ?? [];
  await admin.alterPartitionReassignments(
    partitions.map(({ partition }) => {
      const first = (partition + round) % 3;
      return { topic, partition, replicas: [0, 1, 2].map((i) => 1 + ((first + i) % 3)) };
    }),
  );
  await admin.electLeaders(
    'preferred',
    partitions.map(({ partition }) => ({ topic, partition })),
  );
}

/**
 * @param {SoakCluster} cluster @param {Kafka} kafka @param {string} topic
 * @param {() => boolean} isOver
 * @param {(what: string) => void} tell
 */
export async function trouble(cluster, kafka, topic, isOver, tell) {
  const names = Object.keys(TROUBLES);
  for (let round = 0; !isOver(); round++) {
    const name = names[round % names.length];
    const id = 1 + ((round + Math.floor(round / 3)) % 3);
    const began = performance.now();
    // Where too few are left to do it, the next trouble comes.
    const outcome = await TROUBLES[name](cluster, id, kafka, topic, round).then(
      () => 'done',
      (error) => `not done: ${error.message}`,
    );
    tell(`${name} (${id}), ${((performance.now() - began) / 1000).toFixed(1)} s, ${outcome}`);
    for (let waited = 0; waited < 4000 && !isOver(); waited += 100) await pause(100);
  }
}
