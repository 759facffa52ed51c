import { hasCollisionChars, randomUuid, topicNamesCollide } from '@ottla/common';
import type { MultiOp } from '@ottla/coordination';
import { decodeTopic, encodeConfig, encodeTopic, paths } from '@ottla/coordination/cluster';
import { ErrorCode, ZERO_UUID } from '@ottla/protocol';
import type { ApiError } from './api-error.ts';
import { apiError, NO_ERROR } from './api-error.ts';
import type { NewTopic, Planned } from './new-topics.ts';
import { assignmentProblem, isRefusal, nameProblem, planTopic } from './new-topics.ts';
import type { AdminDeps, CreatedTopic } from './topic-admin.ts';
import { liveRacks } from './topic-admin.ts';

interface Plan {
  readonly topic: NewTopic;
  readonly topicId: string;
  readonly planned: Planned;
  readonly overrides: ReadonlyMap<string, string>;
}

/** ZkAdminManager.createTopics: checks each topic, writes its config and its node, waits until all partitions have leaders. */
export async function createTopics(
  deps: AdminDeps,
  topics: readonly NewTopic[],
  options: { readonly timeoutMs: number; readonly validateOnly: boolean },
): Promise<CreatedTopic[]> {
  const taken: string[] = [];
  const outcomes: (Plan | ApiError)[] = [];
  for (const topic of topics) {
    const outcome = await plan(deps, topic, taken);
    if ('planned' in outcome) taken.push(topic.name);
    outcomes.push(outcome);
  }
  const errors = await Promise.all(
    outcomes.map((outcome) => {
      if (!('planned' in outcome)) return Promise.resolve(outcome);
      return options.validateOnly ? Promise.resolve(NO_ERROR) : write(deps, outcome);
    }),
  );
  const created = outcomes.filter(
    (outcome, index): outcome is Plan => 'planned' in outcome && errors[index]?.error === ErrorCode.NONE,
  );
  if (!options.validateOnly && created.length > 0) {
    await deps.waiters.wait(() => created.every((item) => hasLeaders(deps, item)), options.timeoutMs);
  }
  return topics.map((topic, index): CreatedTopic => {
    const outcome = outcomes[index];
    const error = errors[index] ?? NO_ERROR;
    if (outcome === undefined || !('planned' in outcome) || error.error !== ErrorCode.NONE) {
      return {
        name: topic.name,
        topicId: ZERO_UUID,
        numPartitions: -1,
        replicationFactor: -1,
        overrides: new Map(),
        ...error,
      };
    }
    const isLate = !options.validateOnly && (options.timeoutMs <= 0 || !hasLeaders(deps, outcome));
    return {
      name: topic.name,
      topicId: options.validateOnly ? ZERO_UUID : outcome.topicId,
      numPartitions: outcome.planned.size,
      replicationFactor: [...outcome.planned.values()][0]?.replicas.length ?? -1,
      overrides: outcome.overrides,
      ...(isLate ? apiError(ErrorCode.REQUEST_TIMED_OUT) : NO_ERROR),
    };
  });
}

async function plan(deps: AdminDeps, topic: NewTopic, taken: readonly string[]): Promise<Plan | ApiError> {
  const { metadata, config, configs, random, crypto } = deps;
  if (metadata.topic(topic.name) !== undefined) return exists(topic.name);
  const nulls = topic.configs.filter(({ value }) => value === null).map(({ name }) => name);
  if (nulls.length > 0) {
    return apiError(ErrorCode.INVALID_CONFIG, `Null value not supported for topic configs: ${nulls.join(',')}`);
  }
  const defaults = {
    partitions: config.int('num.partitions'),
    replicationFactor: config.int('default.replication.factor'),
  };
  const planned = planTopic(topic, defaults, liveRacks(metadata), random);
  if (isRefusal(planned)) return planned;
  const overrides = new Map<string, string>();
  for (const { name, value } of topic.configs) if (value !== null) overrides.set(name, value);
  const problem =
    nameProblem(topic.name) ??
    (await storedProblem(deps, topic.name, taken)) ??
    assignmentProblem(planned) ??
    configProblem(configs.topicConfigProblem(overrides));
  return problem ?? { topic, topicId: randomUuid(crypto), planned, overrides };
}

/** What the store knows and the metadata cache may not. */
async function storedProblem(deps: AdminDeps, name: string, taken: readonly string[]): Promise<ApiError | undefined> {
  const { coordination } = deps;
  if (taken.includes(name)) return exists(name);
  const deletion = await coordination.exists(paths.deleteTopicPath(name));
  if (deletion.ok && deletion.stat !== null) {
    return apiError(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' is marked for deletion.`);
  }
  if (!hasCollisionChars(name)) {
    const node = await coordination.exists(paths.topicPath(name));
    return node.ok && node.stat !== null ? exists(name) : undefined;
  }
  const listed = await coordination.children(paths.TOPICS);
  const all = [...(listed.ok ? listed.names : []), ...taken];
  if (all.includes(name)) return exists(name);
  const colliding = all.filter((other) => topicNamesCollide(other, name));
  if (colliding.length === 0) return undefined;
  return apiError(
    ErrorCode.INVALID_TOPIC_EXCEPTION,
    `Topic '${name}' collides with existing topics: ${colliding.join(', ')}`,
  );
}

async function write(deps: AdminDeps, plan: Plan): Promise<ApiError> {
  const { coordination, logger } = deps;
  const { name } = plan.topic;
  const config = encodeConfig(plan.overrides);
  const configPath = paths.configPath('topics', name);
  const data = encodeTopic({ topicId: plan.topicId, partitions: plan.planned });
  const node: MultiOp = { op: 'create', path: paths.topicPath(name), data };
  logger.info(
    `Creating topic ${name} with configuration ${printConfig(plan.overrides)} and initial partition assignment ${printPlan(plan.planned)}`,
  );
  let outcome = await coordination.multi([{ op: 'create', path: configPath, data: config }, node]);
  if (!outcome.ok && outcome.code === 'NodeExists' && outcome.failedOp === 0) {
    // A config without its topic: left by a creation or deletion that stopped half way.
    outcome = await coordination.multi([{ op: 'set', path: configPath, data: config, version: -1 }, node]);
  }
  if (outcome.ok) return NO_ERROR;
  if (outcome.code === 'NodeExists') return exists(name);
  if (outcome.code === 'ConnectionLoss') {
    const stored = await coordination.get(paths.topicPath(name));
    if (stored.ok && decodeTopic(stored.data)?.topicId === plan.topicId) return NO_ERROR;
  }
  logger.error(`Topic ${name} can't be created: ${outcome.code} at ${outcome.path}`);
  return apiError(outcome.code === 'StorageFailed' ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.UNKNOWN_SERVER_ERROR);
}

function hasLeaders({ metadata }: AdminDeps, plan: Plan): boolean {
  const topic = metadata.topic(plan.topic.name);
  if (topic === undefined) return false;
  for (const partition of plan.planned.keys()) if ((topic.partitions.get(partition)?.leader ?? -1) < 0) return false;
  return true;
}

function configProblem(message: string | undefined): ApiError | undefined {
  return message === undefined ? undefined : apiError(ErrorCode.INVALID_CONFIG, message);
}

function exists(name: string): ApiError {
  return apiError(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`);
}

function printConfig(overrides: ReadonlyMap<string, string>): string {
  return `{${[...overrides].map(([name, value]) => `${name}=${value}`).join(', ')}}`;
}

function printPlan(planned: Planned): string {
  return `HashMap(${[...planned].map(([partition, { replicas }]) => `${partition} -> ArrayBuffer(${replicas.join(', ')})`).join(', ')})`;
}
