/** What `waitForLeaders` of kafkajs's createTopics waits for. */
import { METADATA } from '../network/apis.ts';
import type { Cluster } from '../network/cluster.ts';
import { metadataRequest } from '../network/refresher.ts';
import { refuse } from './admin-checks.ts';
import type { Link } from './link.ts';

/** Between two looks. */
const LEADER_WAIT_MS = 100;

/**
 * Until every broker that answers knows the leaders: a consumer that looks for topics by a pattern asks any of them, once.
 * kafkajs asks the controller alone.
 */
export async function untilLeadersAreKnown(link: Link, topics: readonly string[], timeoutMs: number): Promise<void> {
  const cluster = await link.cluster();
  const endMs = cluster.clock.monotonicMs() + Math.max(timeoutMs, LEADER_WAIT_MS);
  const informed = new Set<number>();
  for (;;) {
    await cluster.refresh(topics);
    const isKnown = topics.every((topic) => hasLeaders(cluster.metadata.topic(topic)?.partitions));
    const leftMs = endMs - cluster.clock.monotonicMs();
    if (isKnown && leftMs > 0) {
      const late = [...cluster.metadata.brokers.keys()].filter((node) => !informed.has(node));
      const answers = await Promise.all(late.map((node) => knowsLeaders(cluster, node, topics, leftMs)));
      for (const [index, node] of late.entries()) if (answers[index]) informed.add(node);
      if (!answers.includes(false)) return;
    }
    if (cluster.clock.monotonicMs() >= endMs) {
      if (isKnown) return;
      return refuse('Timed out while waiting for topic leaders');
    }
    await cluster.clock.sleep(LEADER_WAIT_MS);
  }
}

/** Of a broker that does not answer nobody waits to hear. */
async function knowsLeaders(
  cluster: Cluster,
  node: number,
  topics: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  try {
    const answer = await cluster.request(METADATA, node, (version) => metadataRequest(version, topics, false), {
      timeoutMs,
    });
    return topics.every((topic) => {
      const found = answer.topics.find(({ name }) => name === topic);
      return hasLeaders(found?.partitions.map(({ leaderId }) => ({ leader: leaderId })));
    });
  } catch {
    return true;
  }
}

function hasLeaders(partitions: readonly { readonly leader: number }[] = []): boolean {
  return partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
}
