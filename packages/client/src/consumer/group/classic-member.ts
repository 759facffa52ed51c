/*
 * A member of a classic group (Java's ConsumerCoordinator): find the coordinator, join, sync, heartbeat, leave. Two loops:
 * one joins and rebalances, the other one heartbeats from each sync to the next join, also while the first one waits for
 * the application to finish what it has. Reads of the application drive neither, they only prove that it is alive.
 */

import type { ExponentialBackoff } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { closedError, KafkaError } from '../../errors.ts';
import { retryBackoff } from '../../network/retry-backoff.ts';
import { coordinatorIsGone, type GroupMetadata } from '../committed-offsets.ts';
import { decodeAssignment } from '../consumer-protocol.ts';
import { comparePartitions, partitionName, type TopicPartition } from '../topic-partition.ts';
import { assignAsLeader, partitionCounts } from './classic-leader.ts';
import { ClassicRequests } from './classic-requests.ts';
import { Liveness } from './liveness.ts';
import { Bell } from './member-tasks.ts';
import { isFatal, type MemberHost, type Membership } from './membership.ts';

const NO_GENERATION = -1;

/**
 * After these the group has given this member up, or does so of itself. After others, such as an assignor's, it comes back
 * as who it was: the group would wait for that one until its session ends.
 */
const GONE: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'MAX_POLL_EXCEEDED',
  'SESSION_EXPIRED',
]);

export class ClassicMember implements Membership {
  readonly #host: MemberHost;
  readonly #requests: ClassicRequests;
  readonly #liveness: Liveness;
  readonly #backoff: ExponentialBackoff;
  readonly #bell: Bell;
  #heartbeatBell: Bell;
  readonly #isCooperative: boolean;
  readonly #unsubscribe: () => void;
  readonly #stopping = new AbortController();
  #unwatch: () => void = () => {};
  #memberId = '';
  #generation = NO_GENERATION;
  #running: Promise<void> | undefined;
  #beating: Promise<void> | undefined;
  #mustBeat = false;
  #mustJoin = true;
  #isParked = false;
  #lost: KafkaError | undefined;
  #failures = 0;
  /** Of the last assignment that this member made as the leader. */
  #leaderTopics: ReadonlyMap<string, number> | undefined;

  constructor(host: MemberHost) {
    const { cluster, settings } = host.context;
    this.#host = host;
    this.#requests = new ClassicRequests(host.context, host.group, this.#stopping.signal);
    this.#liveness = new Liveness(host);
    this.#bell = new Bell(cluster.clock);
    this.#heartbeatBell = new Bell(cluster.clock);
    this.#backoff = retryBackoff(cluster);
    // Eager members can't understand cooperative ones' assignments: one of them makes all of them eager (KIP-429).
    this.#isCooperative = settings.assignors.every(({ protocol }) => protocol === 'cooperative');
    this.#unsubscribe = cluster.metadata.subscribe(() => this.#metadataChanged());
  }

  get metadata(): GroupMetadata {
    return {
      groupId: this.#host.group,
      generationId: this.#generation,
      memberId: this.#generation === NO_GENERATION ? '' : this.#memberId,
      groupInstanceId: this.#host.context.settings.instanceId,
    };
  }

  resume(): void {
    if (this.#running === undefined) {
      this.#liveness.contact();
      this.#running = this.#run();
    } else if (this.#isParked) {
      this.#isParked = false;
      this.#liveness.contact();
      this.#bell.ring();
    }
  }

  subscriptionChanged(): void {
    this.#mustJoin = true;
    this.#bell.ring();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(closedError('consumer'));
    this.#unsubscribe();
    this.#unwatch();
    this.#mustBeat = false;
    this.#bell.ring();
    this.#heartbeatBell.ring();
    await this.#running;
    await this.#beating;
  }

  async leave(deadlineMs: number, isClosing: boolean): Promise<void> {
    const staysAWhile = isClosing && !this.#host.context.settings.leaveOnClose;
    if (this.#memberId !== '' && !staysAWhile)
      await this.#requests.leave(this.#memberId, 'the consumer is being closed', deadlineMs);
    this.#forgetMember();
  }

  get #isClosing(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isClosing) {
      try {
        if (this.#lost !== undefined) await this.#giveUp(this.#lost);
        else if (this.#mustJoin && !this.#isParked) await this.#rejoin();
        else await this.#bell.wait(Number.POSITIVE_INFINITY);
      } catch (error) {
        if (!this.#isClosing) await this.#recover(KafkaError.from(error));
      }
    }
  }

  /** The group goes on without this member. */
  async #giveUp(error: KafkaError): Promise<void> {
    const { context, ownership } = this.#host;
    this.#lost = undefined;
    this.#mustJoin = true;
    await this.#stopHeartbeats();
    this.#generation = NO_GENERATION;
    if (GONE.has(error.code)) this.#forgetMember();
    await ownership.lose(ownership.list, error);
    const isTold = error.code === 'SESSION_EXPIRED' || isFatal(error);
    if (isTold) context.fail(error);
    this.#isParked ||= isTold;
    this.#liveness.contact();
    this.#liveness.stepped();
  }

  async #rejoin(): Promise<void> {
    const { context, ownership } = this.#host;
    this.#mustJoin = false;
    const topics = this.#host.topicNames();
    const { observer } = context.settings;
    const startedMs = context.cluster.clock.monotonicMs();
    if (this.#generation !== NO_GENERATION) observer?.rebalancing?.();
    await ownership.revoke(
      this.#isCooperative ? ownership.list.filter(({ topic }) => !topics.includes(topic)) : ownership.list,
      () => this.#lost === undefined,
    );
    if (this.#lost !== undefined || this.#isClosing) return;
    await this.#stopHeartbeats();
    const joined = await this.#requests.join(this.#memberId, this.#generation, topics, ownership.list, (memberId) => {
      this.#memberId = memberId;
    });
    this.#memberId = joined.memberId;
    this.#generation = joined.generationId;
    const { signal } = this.#requests;
    const assignor = context.settings.assignors.find(({ name }) => name === joined.protocolName);
    const isLeader = joined.leader === joined.memberId;
    this.#leaderTopics = undefined;
    let assignments: Awaited<ReturnType<typeof assignAsLeader>>['assignments'] = [];
    if (isLeader && assignor !== undefined && !joined.skipAssignment) {
      const made = await assignAsLeader(context.cluster, assignor, joined, signal);
      assignments = made.assignments;
      this.#leaderTopics = made.topics;
      this.#unwatch();
      this.#unwatch = context.cluster.watch([...made.topics.keys()]);
    }
    const assignment = await this.#requests.sync(joined, assignments);
    this.#liveness.contact();
    this.#failures = 0;
    this.#startHeartbeats();
    await this.#apply(decodeAssignment(assignment), topics);
    observer?.joined?.({
      memberId: joined.memberId,
      leaderId: joined.leader,
      generationId: joined.generationId,
      protocol: joined.protocolName ?? '',
      assignment: ownership.list,
      durationMs: context.cluster.clock.monotonicMs() - startedMs,
    });
    assignor?.onAssignment?.(ownership.list.toSorted(comparePartitions), joined.generationId);
    this.#metadataChanged();
  }

  async #apply(given: readonly TopicPartition[], topics: readonly string[]): Promise<void> {
    const { ownership, context } = this.#host;
    const { observer } = context.settings;
    const assigned = given.filter(({ topic }) => topics.includes(topic));
    if (assigned.length < given.length) {
      if (observer?.foreignTopics === undefined) {
        this.#mustJoin = true;
        return;
      }
      const names = [...new Set(given.map(({ topic }) => topic))];
      observer.foreignTopics(
        names,
        names.filter((topic) => !topics.includes(topic)),
      );
    }
    const names = new Set(assigned.map(({ topic, partition }) => partitionName(topic, partition)));
    const revoked = ownership.list.filter(({ topic, partition }) => !names.has(partitionName(topic, partition)));
    if (revoked.length > 0) {
      await ownership.revoke(revoked, () => this.#lost === undefined);
      // Whoever gets them waits for this (KIP-429).
      this.#mustJoin = true;
    }
    if (this.#lost === undefined && !this.#isClosing) await ownership.assign(assigned);
  }

  async #recover(error: KafkaError): Promise<void> {
    const { context, group } = this.#host;
    this.#mustJoin = true;
    this.#liveness.noContact(error);
    context.cluster.log.debug(`Joining group ${group} failed: ${error.message}`);
    if (coordinatorIsGone(error)) context.cluster.forgetCoordinator('group', group);
    if (error.code === 'UNKNOWN_MEMBER_ID') this.#forgetMember();
    if (error.code === 'ILLEGAL_GENERATION') this.#generation = NO_GENERATION;
    if (error.code === 'REBALANCE_IN_PROGRESS') return;
    const failure = isFatal(error) ? error : this.#liveness.sessionExpired(context.settings.sessionTimeoutMs);
    if (failure !== undefined) this.#lost = failure;
    else await this.#pause();
  }

  /** Between two tries. */
  async #pause(): Promise<void> {
    const { cluster } = this.#host.context;
    await cluster.clock.sleep(this.#backoff.delayMs(this.#failures++), this.#stopping.signal).catch(() => {});
  }

  #startHeartbeats(): void {
    this.#mustBeat = true;
    // One that was rung while nobody waited would end the first interval at once.
    this.#heartbeatBell = new Bell(this.#host.context.cluster.clock);
    this.#beating = this.#beat();
  }

  async #stopHeartbeats(): Promise<void> {
    this.#mustBeat = false;
    this.#heartbeatBell.ring();
    await this.#beating;
    this.#beating = undefined;
  }

  async #beat(): Promise<void> {
    const { heartbeatIntervalMs, sessionTimeoutMs } = this.#host.context.settings;
    let delayMs = heartbeatIntervalMs;
    while (this.#mustBeat && !this.#isClosing) {
      await this.#heartbeatBell.wait(Math.min(delayMs, this.#liveness.pollLeftMs()));
      if (!this.#mustBeat || this.#isClosing) return;
      const exceeded = this.#liveness.pollExceeded();
      if (exceeded !== undefined) {
        if (this.#host.context.settings.instanceId === undefined)
          await this.#requests.leave(this.#memberId, exceeded.message, heartbeatIntervalMs);
        this.#isParked = !this.#host.isReading;
        this.#loses(exceeded);
        return;
      }
      delayMs = await this.#beatOnce(heartbeatIntervalMs);
      const expired = this.#liveness.sessionExpired(sessionTimeoutMs);
      if (expired !== undefined) this.#loses(expired);
    }
  }

  /** How long to wait for the next one. */
  async #beatOnce(intervalMs: number): Promise<number> {
    const { context, group } = this.#host;
    const { options } = context.cluster;
    const leftMs = this.#liveness.sessionLeftMs(context.settings.sessionTimeoutMs);
    try {
      const error = await this.#requests.heartbeat(
        this.#memberId,
        this.#generation,
        Math.max(1, Math.min(options.requestTimeoutMs, leftMs)),
      );
      this.#answered(error);
      return intervalMs;
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      this.#liveness.noContact(error);
      if (coordinatorIsGone(error)) context.cluster.forgetCoordinator('group', group);
      if (isFatal(error)) this.#loses(error);
      return Math.min(options.retryBackoffMs, intervalMs);
    }
  }

  #answered(code: number): void {
    if (code === ErrorCode.NONE || code === ErrorCode.REBALANCE_IN_PROGRESS) {
      this.#liveness.contact();
      this.#host.context.meters.heartbeat();
    }
    if (code === ErrorCode.NONE) {
      this.#host.context.settings.observer?.heartbeat?.();
      return;
    }
    if (code === ErrorCode.REBALANCE_IN_PROGRESS) {
      this.subscriptionChanged();
      return;
    }
    const error = KafkaError.ofCode(code, null);
    if (coordinatorIsGone(error) || error.retriable) throw error;
    this.#loses(error);
  }

  #loses(error: KafkaError): void {
    this.#mustBeat = false;
    this.#lost = error;
    this.#bell.ring();
  }

  #forgetMember(): void {
    this.#generation = NO_GENERATION;
    this.#memberId = '';
  }

  /** More partitions, topics that came or went: the leader assigns anew. */
  #metadataChanged(): void {
    const topics = this.#leaderTopics;
    if (topics === undefined || !this.#mustBeat) return;
    const now = partitionCounts(this.#host.context.cluster, topics.keys());
    if ([...topics].every(([name, count]) => now.get(name) === count)) return;
    this.#leaderTopics = undefined;
    this.subscriptionChanged();
  }
}
