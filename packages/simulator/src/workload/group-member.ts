/*
 * A member of a classic group: joins, gets its partitions from the leader, reads them from the committed offsets, commits,
 * and begins again when it is told to. While faults run it leaves now and then, or falls silent.
 */
import type { Prng } from '@ottla/platform/simulated';
import { ErrorCode, errorName } from '@ottla/protocol';
import { apis } from '../apis.ts';
import type { SimulationContext } from '../context.ts';
import type { GroupModel } from '../model/group-model.ts';
import { decodeAssignment, encodeAssignment, encodeSubscription, type TopicPartition } from './assignment.ts';
import type { Client } from './client.ts';
import { FetchLoop } from './fetch-loop.ts';
import { GroupOffsets } from './group-offsets.ts';

const PROTOCOL = { name: 'range', type: 'consumer' };
const REBALANCE_TIMEOUT_MS = 2000;
/** Joining waits for everybody else. */
const JOIN_TIMEOUT_MS = 9000;

/** The answers after which a member looks for its coordinator again, or just tries again. */
const PASSING: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.REBALANCE_IN_PROGRESS,
]);

export class GroupMember {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #fetcher: Client;
  readonly #group: GroupModel;
  readonly #prng: Prng;
  readonly #loop: FetchLoop;
  readonly #offsets: GroupOffsets;
  #memberId = '';
  #generation = -1;

  constructor(client: Client, fetcher: Client, group: GroupModel, prng: Prng) {
    this.#context = client.context;
    this.#client = client;
    this.#fetcher = fetcher;
    this.#group = group;
    this.#prng = prng;
    this.#loop = new FetchLoop(fetcher, {
      sessions: prng.chance(0.5),
      maxWaitMs: 20,
      maxBytes: 100_000,
      partitionMaxBytes: prng.pick([1000, 100_000]),
      seekChance: 0,
    });
    this.#offsets = new GroupOffsets(client, group.groupId);
  }

  describe(): string {
    const positions = this.#loop.positions.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`);
    return `${this.#client.name} '${this.#memberId}' generation ${this.#generation}: ${positions.join(' ')}`;
  }

  async run(): Promise<void> {
    while (await this.#client.connected()) {
      const joined = (await this.#findCoordinator()) && (await this.#join());
      if (joined) await this.#serve();
      else await this.#client.sleep(this.#prng.delay(10, 60));
    }
  }

  async #findCoordinator(): Promise<boolean> {
    const answer = await this.#client.ask(apis.findCoordinator, { keyType: 0, coordinatorKeys: [this.#group.groupId] });
    return answer?.coordinators[0]?.errorCode === ErrorCode.NONE;
  }

  async #join(): Promise<boolean> {
    const topics = this.#context.options.topics.map(({ name }) => name);
    const outcome = await this.#client.call(
      apis.joinGroup,
      {
        groupId: this.#group.groupId,
        sessionTimeoutMs: this.#context.options.sessionTimeoutMs,
        rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
        memberId: this.#memberId,
        protocolType: PROTOCOL.type,
        protocols: [{ name: PROTOCOL.name, metadata: encodeSubscription(topics) }],
      },
      { timeoutMs: JOIN_TIMEOUT_MS },
    );
    if (outcome.kind !== 'answer') return false;
    const { answer } = outcome;
    if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.#memberId = answer.memberId;
      return this.#join();
    }
    if (!this.#isFine('JoinGroup', answer.errorCode)) return false;
    this.#memberId = answer.memberId;
    this.#generation = answer.generationId;
    this.#group.joined(answer.generationId, this.#memberId);
    const members = answer.members.map(({ memberId }) => memberId);
    return this.#sync(answer.leader, answer.leader === this.#memberId ? members : []);
  }

  async #sync(leader: string, members: readonly string[]): Promise<boolean> {
    const plan = this.#plan(members);
    const generation = this.#generation;
    if (members.length > 0) this.#group.planned(generation, leader, plan);
    const outcome = await this.#client.call(
      apis.syncGroup,
      {
        groupId: this.#group.groupId,
        generationId: generation,
        memberId: this.#memberId,
        protocolType: PROTOCOL.type,
        protocolName: PROTOCOL.name,
        assignments: [...plan].map(([memberId, assignment]) => ({ memberId, assignment })),
      },
      { timeoutMs: JOIN_TIMEOUT_MS },
    );
    if (outcome.kind !== 'answer' || !this.#isFine('SyncGroup', outcome.answer.errorCode)) return false;
    const { assignment } = outcome.answer;
    this.#group.synced(generation, leader, this.#memberId, assignment, outcome.life);
    const partitions = decodeAssignment(assignment);
    const positions = await this.#offsets.fetch(partitions);
    if (positions === undefined) return false;
    this.#loop.assign(positions);
    return true;
  }

  #plan(members: readonly string[]): Map<string, Buffer> {
    const shares = new Map<string, TopicPartition[]>(members.map((member) => [member, []]));
    let turn = 0;
    for (const { topic, partition } of this.#context.models.values()) {
      const member = members[turn++ % Math.max(1, members.length)];
      if (member !== undefined) shares.get(member)?.push({ topic, partition });
    }
    return new Map([...shares].map(([member, partitions]) => [member, encodeAssignment(partitions)]));
  }

  /** Reads, beats and commits until something is up. */
  async #serve(): Promise<void> {
    const { clock } = this.#client.platform;
    const beatMs = this.#context.options.sessionTimeoutMs / 4;
    let beatAtMs = clock.monotonicMs() + beatMs;
    let commitAtMs = clock.monotonicMs() + this.#prng.delay(20, 150);
    while (!this.#context.isDone) {
      if (this.#loop.positions.length === 0) await this.#client.sleep(50);
      else if (!(await this.#fetcher.connected()) || !(await this.#loop.poll())) await this.#client.sleep(20);
      const nowMs = clock.monotonicMs();
      if (nowMs >= commitAtMs) {
        commitAtMs = nowMs + this.#prng.delay(20, 150);
        const error = await this.#offsets.commit(this.#generation, this.#memberId, this.#loop.positions);
        if (!this.#isFine('OffsetCommit', error ?? ErrorCode.COORDINATOR_NOT_AVAILABLE)) return;
      }
      if (nowMs >= beatAtMs) {
        beatAtMs = nowMs + beatMs;
        if (!(await this.#beat())) return;
      }
      if (!this.#context.isSettling && this.#prng.chance(0.004) && (await this.#misbehave())) return;
    }
  }

  async #beat(): Promise<boolean> {
    const outcome = await this.#client.call(apis.heartbeat, {
      groupId: this.#group.groupId,
      generationId: this.#generation,
      memberId: this.#memberId,
    });
    return outcome.kind === 'answer' && this.#isFine('Heartbeat', outcome.answer.errorCode);
  }

  /** Leaves, or says nothing for longer than the session lasts. True when it has to join again. */
  async #misbehave(): Promise<boolean> {
    if (this.#prng.chance(0.5)) {
      await this.#client.sleep(this.#context.options.sessionTimeoutMs * 1.5);
      return false;
    }
    await this.#client.call(apis.leaveGroup, {
      groupId: this.#group.groupId,
      members: [{ memberId: this.#memberId }],
    });
    this.#memberId = '';
    await this.#client.sleep(this.#prng.delay(10, 300));
    return true;
  }

  #isFine(api: string, error: number): boolean {
    if (error === ErrorCode.NONE) return true;
    if (error === ErrorCode.UNKNOWN_MEMBER_ID) {
      this.#memberId = '';
    } else {
      this.#context.verdict.require(
        PASSING.has(error) || error === ErrorCode.ILLEGAL_GENERATION,
        'unexpected-answer',
        () => `${api} of ${this.#client.name} was answered with ${errorName(error)}`,
      );
    }
    return false;
  }
}
