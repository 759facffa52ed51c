import { ErrorCode, errorName } from '@ottla/protocol';
import { apis } from '../apis.ts';
import type { SimulationContext } from '../context.ts';
import { Client } from '../workload/client.ts';

/** Makes the topics that last for the whole run. No faults run yet, but the network may be slow or reset connections. */
export async function createTopics(
  context: SimulationContext & { readonly clients: readonly Client['node'][] },
): Promise<void> {
  const [node] = context.clients;
  if (node === undefined) throw new Error('A run has at least one client machine');
  const client = new Client(context, node, 'setup');
  const { topics, topicConfig } = context.options;
  const configs = Object.entries(topicConfig).map(([name, value]) => ({ name, value }));
  for (const { name, partitions } of topics) {
    for (let isDone = false; !isDone; ) {
      const answer = await client.ask(apis.createTopics, {
        topics: [{ name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs }],
        timeoutMs: 2000,
      });
      const error = answer?.topics[0]?.errorCode;
      isDone = error === ErrorCode.NONE || error === ErrorCode.TOPIC_ALREADY_EXISTS;
      context.verdict.require(
        isDone || error === undefined || error === ErrorCode.REQUEST_TIMED_OUT,
        'unexpected-answer',
        () => `CreateTopics ${name} was answered with ${errorName(error ?? 0)}: ${answer?.topics[0]?.errorMessage}`,
      );
    }
  }
  client.close();
}
