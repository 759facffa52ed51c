import { ErrorCode } from '@ottla/protocol';
import { apis } from '../apis.ts';
import type { SimulationContext } from '../context.ts';
import { type CommitOp, CommitRegister, NO_COMMIT } from '../model/commit-register.ts';
import type { TopicPartition } from './assignment.ts';
import type { Client } from './client.ts';
import type { FetchPosition } from './fetch-session.ts';
import { groupBy } from './group-by.ts';

/** Later versions name topics by id. */
const VERSION = 9;

/** Errors of a commit that was not written. */
const REFUSED: ReadonlySet<number> = new Set([
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
]);

/** Commits and reads the offsets of a group, and holds both against what was committed before (R15). */
export class GroupOffsets {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #groupId: string;
  /** As this member committed them last. */
  readonly #committed = new Map<string, number>();

  constructor(client: Client, groupId: string) {
    this.#context = client.context;
    this.#client = client;
    this.#groupId = groupId;
  }

  /** Where to begin; undefined when there was no answer. */
  async fetch(partitions: readonly TopicPartition[]): Promise<FetchPosition[] | undefined> {
    this.#committed.clear();
    if (partitions.length === 0) return [];
    const reads = partitions.map(({ topic, partition }) => this.#register(topic, partition).beginRead());
    const topics = [...groupBy(partitions, ({ topic }) => topic)].map(([name, ones]) => ({
      name,
      partitionIndexes: ones.map(({ partition }) => partition),
    }));
    const outcome = await this.#client.call(
      apis.offsetFetch,
      { groups: [{ groupId: this.#groupId, topics }], requireStable: true },
      { version: VERSION },
    );
    const group = outcome.kind === 'answer' ? outcome.answer.groups[0] : undefined;
    if (group === undefined || group.errorCode !== ErrorCode.NONE) return undefined;
    const positions: FetchPosition[] = [];
    for (const [index, { topic, partition }] of partitions.entries()) {
      const found = group.topics
        .find(({ name }) => name === topic)
        ?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
      if (found === undefined || found.errorCode !== ErrorCode.NONE) return undefined;
      const offset = Number(found.committedOffset);
      this.#register(topic, partition).read(reads[index] ?? 0, offset);
      positions.push({ topic, partition, offset: offset === NO_COMMIT ? 0 : offset });
    }
    return positions;
  }

  /** Commits where the positions differ from the last commit. The first error; undefined without an answer. */
  async commit(generation: number, memberId: string, positions: readonly FetchPosition[]): Promise<number | undefined> {
    const changed = positions.filter(
      ({ topic, partition, offset }) => this.#committed.get(`${topic}-${partition}`) !== offset,
    );
    if (changed.length === 0) return ErrorCode.NONE;
    const ops = new Map<string, { register: CommitRegister; op: CommitOp }>();
    for (const { topic, partition, offset } of changed) {
      const register = this.#register(topic, partition);
      ops.set(`${topic}-${partition}`, { register, op: register.begin(offset) });
    }
    const topics = [...groupBy(changed, ({ topic }) => topic)].map(([name, ones]) => ({
      name,
      partitions: ones.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: null,
      })),
    }));
    const outcome = await this.#client.call(
      apis.offsetCommit,
      { groupId: this.#groupId, generationIdOrMemberEpoch: generation, memberId, topics },
      { version: VERSION },
    );
    if (outcome.kind !== 'answer') {
      if (outcome.kind === 'unsent') for (const { register, op } of ops.values()) register.refused(op);
      return undefined;
    }
    let error: number = ErrorCode.NONE;
    for (const topic of outcome.answer.topics) {
      for (const { partitionIndex, errorCode } of topic.partitions) {
        const name = `${topic.name}-${partitionIndex}`;
        const commit = ops.get(name);
        if (errorCode === ErrorCode.NONE && commit !== undefined) {
          commit.register.acked(commit.op);
          this.#committed.set(name, commit.op.value);
          continue;
        }
        if (REFUSED.has(errorCode)) commit?.register.refused(commit.op);
        error = errorCode;
      }
    }
    return error;
  }

  #register(topic: string, partition: number): CommitRegister {
    const name = `${this.#groupId}/${topic}-${partition}`;
    let register = this.#context.commits.get(name);
    if (register === undefined) {
      register = new CommitRegister(name, this.#context.verdict);
      this.#context.commits.set(name, register);
    }
    return register;
  }
}
