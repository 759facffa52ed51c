import { decodeTopic, encodeTopic, paths } from '@ottla/coordination/cluster';
import { ErrorCode } from '@ottla/protocol';
import type { ApiError } from './api-error.ts';
import { apiError, NO_ERROR } from './api-error.ts';
import type { PartitionGrowth } from './new-topics.ts';
import { isRefusal, planGrowth } from './new-topics.ts';
import type { AdminDeps } from './topic-admin.ts';
import { liveRacks } from './topic-admin.ts';

/** ZkAdminManager.createPartitions: rewrites the topics' nodes, then waits until the new partitions have leaders. */
export async function createPartitions(
  deps: AdminDeps,
  growth: readonly PartitionGrowth[],
  options: { readonly timeoutMs: number; readonly validateOnly: boolean },
): Promise<(ApiError & { readonly topic: string })[]> {
  const errors: ApiError[] = [];
  for (const item of growth) errors.push(await grow(deps, item, options.validateOnly));
  if (options.validateOnly) return growth.map(({ topic }, index) => ({ topic, ...(errors[index] ?? NO_ERROR) }));
  const grown = growth.filter((_, index) => errors[index]?.error === ErrorCode.NONE);
  await deps.waiters.wait(() => grown.every((item) => hasLeaders(deps, item)), options.timeoutMs);
  return growth.map((item, index) => {
    const error = errors[index] ?? NO_ERROR;
    const isLate = error.error === ErrorCode.NONE && (options.timeoutMs <= 0 || !hasLeaders(deps, item));
    return { topic: item.topic, ...(isLate ? apiError(ErrorCode.REQUEST_TIMED_OUT) : error) };
  });
}

async function grow(deps: AdminDeps, growth: PartitionGrowth, validateOnly: boolean): Promise<ApiError> {
  const { coordination, metadata, random, logger } = deps;
  const path = paths.topicPath(growth.topic);
  const node = await coordination.get(path);
  const topic = node.ok ? decodeTopic(node.data) : undefined;
  if (!node.ok || topic === undefined) {
    return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${growth.topic}' does not exist.`);
  }
  const planned = planGrowth(growth, topic.partitions, liveRacks(metadata), random);
  if (isRefusal(planned)) return planned;
  if (validateOnly) return NO_ERROR;
  const partitions = new Map([...topic.partitions, ...planned]);
  const data = encodeTopic({ topicId: topic.topicId, partitions });
  const written = await coordination.set(path, data, node.stat.version);
  if (written.ok) return NO_ERROR;
  if (written.code === 'BadVersion') return grow(deps, growth, validateOnly);
  logger.error(`Topic ${growth.topic} can't grow: ${written.code}`);
  return apiError(written.code === 'StorageFailed' ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.UNKNOWN_SERVER_ERROR);
}

function hasLeaders({ metadata }: AdminDeps, growth: PartitionGrowth): boolean {
  const topic = metadata.topic(growth.topic);
  if (topic === undefined) return false;
  for (let partition = 0; partition < growth.count; partition++) {
    if ((topic.partitions.get(partition)?.leader ?? -1) < 0) return false;
  }
  return true;
}
