import { paths } from '@ottla/coordination/cluster';
import { ErrorCode } from '@ottla/protocol';
import type { ApiError } from './api-error.ts';
import { apiError, NO_ERROR } from './api-error.ts';
import type { TopicEntry } from './controller-context.ts';
import type { AdminDeps } from './topic-admin.ts';

/** How long an answer waits for the nodes of topics that no broker knows any more, ms: many logs take long to go. */
const NODES_MS_MAX = 1000;

/**
 * ZkAdminManager.deleteTopics: asks for each deletion by a node, then waits until no broker knows the topics any more.
 * Where this broker is the controller also a while for their nodes to go: a topic of the same name can then be made.
 */
export async function deleteTopics(
  deps: AdminDeps,
  names: readonly string[],
  timeoutMs: number,
): Promise<(ApiError & { readonly name: string })[]> {
  const errors = await Promise.all(names.map((name) => request(deps, name)));
  const requested = names.filter((_, index) => errors[index]?.error === ErrorCode.NONE);
  const isForgotten = (name: string): boolean => deps.metadata.topic(name) === undefined;
  await deps.waiters.wait(() => requested.every(isForgotten), timeoutMs);
  await deps.waiters.wait(() => requested.every((name) => isGone(deps, name)), Math.min(timeoutMs, NODES_MS_MAX));
  return names.map((name, index) => {
    const error = errors[index] ?? NO_ERROR;
    if (error.error !== ErrorCode.NONE || (timeoutMs > 0 && isForgotten(name))) return { name, ...error };
    return { name, ...apiError(ErrorCode.REQUEST_TIMED_OUT) };
  });
}

async function request(deps: AdminDeps, name: string): Promise<ApiError> {
  const { coordination, metadata, logger } = deps;
  if (metadata.topic(name) === undefined) return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const created = await coordination.create(paths.deleteTopicPath(name), null);
  if (created.ok) return NO_ERROR;
  // Somebody asked before: that deletion is under way and this request waits for it.
  if (created.code === 'NodeExists') return NO_ERROR;
  logger.error(`The deletion of topic ${name} can't be asked for: ${created.code}`);
  return apiError(created.code === 'StorageFailed' ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.UNKNOWN_SERVER_ERROR);
}

/** Also when its nodes must stay until a broker comes back: that is not waited for. */
function isGone({ metadata, controller }: AdminDeps, name: string): boolean {
  if (metadata.topic(name) !== undefined) return false;
  const topic = controller.active?.reign.context.topics.get(name);
  return topic === undefined || isBlocked(topic);
}

function isBlocked(topic: TopicEntry): boolean {
  for (const entry of topic.partitions.values()) {
    for (const phase of entry.replicas.values()) if (phase === 'deletion-ineligible') return true;
  }
  return false;
}
