import { ErrorCode } from '@ottla/protocol';
import type { ElectionResult, RequestedElection } from './leader-elections.task.ts';
import type { AdminDeps } from './topic-admin.ts';
import type { TopicPartition } from './topic-partition.ts';

/** Elections by request: answered once the metadata shows the new leaders, or with REQUEST_TIMED_OUT for the rest. */
export async function electLeaders(
  deps: AdminDeps,
  kind: RequestedElection,
  partitions: readonly TopicPartition[] | null,
  timeoutMs: number,
): Promise<ElectionResult[] | ErrorCode> {
  const { controller, metadata, waiters } = deps;
  const outcome = await controller.withReign('ReplicaLeaderElection', async ({ elections, reign }) => {
    const results = await elections.elect(kind, partitions);
    const epochs = results.map(
      ({ topic, partition }) => reign.context.partition(topic, partition)?.leadership?.state.leaderEpoch ?? -1,
    );
    return { results, epochs };
  });
  if (outcome === undefined) return ErrorCode.NOT_CONTROLLER;
  const { results, epochs } = outcome;
  const isVisible = ({ topic, partition, error }: ElectionResult, index: number): boolean =>
    error !== ErrorCode.NONE || (metadata.partition(topic, partition)?.leaderEpoch ?? -1) >= (epochs[index] ?? -1);
  await waiters.wait(() => results.every(isVisible), timeoutMs);
  return results.map((result, index) =>
    isVisible(result, index) ? result : { ...result, error: ErrorCode.REQUEST_TIMED_OUT, message: null },
  );
}
