import type { JsonObject } from './json.ts';
import { encodeObject, isObject, numbersIn, parseObject, stringAt } from './json.ts';

/** Replicas of one partition, preferred leader first. Adding and removing are empty unless a reassignment runs. */
export interface ReplicaAssignment {
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
}

export function assignment(replicas: readonly number[]): ReplicaAssignment {
  return { replicas, adding: [], removing: [] };
}

/** `/brokers/topics/<t>`. The id is missing below version 3 (Kafka < 2.8). */
export interface TopicZnode {
  readonly topicId: string | undefined;
  readonly partitions: ReadonlyMap<number, ReplicaAssignment>;
}

/** Version 3 with an id, version 2 without: key order as Kafka 3.9 writes it, partitions ascending. */
export function encodeTopic(topic: TopicZnode): Buffer {
  const partitions: Record<string, readonly number[]> = {};
  const adding: Record<string, readonly number[]> = {};
  const removing: Record<string, readonly number[]> = {};
  for (const [partition, state] of [...topic.partitions].sort(([a], [b]) => a - b)) {
    partitions[partition] = state.replicas;
    if (state.adding.length > 0) adding[partition] = state.adding;
    if (state.removing.length > 0) removing[partition] = state.removing;
  }
  if (topic.topicId === undefined) {
    return encodeObject({ version: 2, partitions, adding_replicas: adding, removing_replicas: removing });
  }
  return encodeObject({
    partitions,
    topic_id: topic.topicId,
    adding_replicas: adding,
    removing_replicas: removing,
    version: 3,
  });
}

/** Undefined when it is no topic node. */
export function decodeTopic(data: Uint8Array | null): TopicZnode | undefined {
  const json = parseObject(data);
  const listed = json?.partitions;
  if (json === undefined || !isObject(listed)) return undefined;
  const partitions = new Map<number, ReplicaAssignment>();
  for (const [key, value] of Object.entries(listed)) {
    const replicas = numbersIn(value);
    const partition = Number(key);
    if (replicas === undefined || !Number.isInteger(partition)) return undefined;
    partitions.set(partition, {
      replicas,
      adding: replicasAt(json, 'adding_replicas', key),
      removing: replicasAt(json, 'removing_replicas', key),
    });
  }
  return { topicId: stringAt(json, 'topic_id'), partitions };
}

function replicasAt(json: JsonObject, field: string, key: string): number[] {
  const byPartition = json[field];
  return isObject(byPartition) ? (numbersIn(byPartition[key]) ?? []) : [];
}
