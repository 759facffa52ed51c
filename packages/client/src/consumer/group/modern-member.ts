/*
 * A member of a `consumer` group (KIP-848): the broker assigns, heartbeats carry everything. One loop heartbeats; a second
 * one brings what this member has in line with its target: revoke, then assign, then tell (an acknowledging heartbeat).
 */

import { type ExponentialBackoff, randomUuid } from '@ottla/common';
import { type ConsumerGroupHeartbeatResponse, ErrorCode, type Uuid } from '@ottla/protocol';
import { checkCode, closedError, KafkaError } from '../../errors.ts';
import { operation } from '../../network/operation.ts';
import { retryBackoff } from '../../network/retry-backoff.ts';
import { CONSUMER_GROUP_HEARTBEAT } from '../apis.ts';
import { coordinatorIsGone, type GroupMetadata } from '../committed-offsets.ts';
import { groupByTopic, partitionName, type TopicPartition } from '../topic-partition.ts';
import { Liveness } from './liveness.ts';
import { Bell } from './member-tasks.ts';
import { isFatal, type MemberHost, type Membership } from './membership.ts';

const JOINING = 0;
const LEAVING = -1;
/** A static member that comes back. */
const LEAVING_FOR_A_WHILE = -2;

/** From version 1 on members name themselves (KIP-1082). */
const OWN_ID_FROM = 1;

type Target = NonNullable<ConsumerGroupHeartbeatResponse['assignment']>['topicPartitions'];

export class ModernMember implements Membership {
  readonly #host: MemberHost;
  readonly #liveness: Liveness;
  readonly #backoff: ExponentialBackoff;
  readonly #bell: Bell;
  readonly #stopping = new AbortController();
  readonly #names = new Map<Uuid, string>();
  #memberId: string;
  #isNamedByBroker = false;
  #epoch = JOINING;
  #intervalMs: number;
  #running: Promise<void> | undefined;
  #reconciling: Promise<void> | undefined;
  #target: Target | undefined;
  /** Everything is sent: after joining, and when the coordinator may not know it. */
  #sendAll = true;
  #sendOwned = false;
  #sentTopics = '';
  /** A join was sent: answered or not, the group may have this member. */
  #mayBeKnown = false;
  #isParked = false;
  #failures = 0;

  constructor(host: MemberHost) {
    const { cluster, settings } = host.context;
    this.#host = host;
    this.#liveness = new Liveness(host);
    this.#bell = new Bell(cluster.clock);
    this.#backoff = retryBackoff(cluster);
    this.#memberId = randomUuid(cluster.platform.crypto);
    this.#intervalMs = settings.heartbeatIntervalMs;
  }

  get metadata(): GroupMetadata {
    const isMember = this.#epoch > JOINING;
    return {
      groupId: this.#host.group,
      generationId: isMember ? this.#epoch : -1,
      memberId: isMember ? this.#memberId : '',
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
    this.#bell.ring();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(closedError('consumer'));
    this.#bell.ring();
    await this.#running;
    await this.#reconciling;
  }

  async leave(deadlineMs: number): Promise<void> {
    if (!this.#mayBeKnown) return;
    this.#mayBeKnown = false;
    const { settings, cluster } = this.#host.context;
    this.#epoch = settings.instanceId !== undefined && !settings.leaveOnClose ? LEAVING_FOR_A_WHILE : LEAVING;
    await this.#send(deadlineMs, undefined).catch((error: unknown) => {
      cluster.log.debug(`Leaving group ${this.#host.group} failed`, error);
    });
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      if (this.#isParked) {
        await this.#bell.wait(Number.POSITIVE_INFINITY);
        continue;
      }
      const delayMs = await this.#beat();
      if (!this.#isStopping && !this.#isParked) await this.#bell.wait(Math.min(delayMs, this.#liveness.pollLeftMs()));
    }
  }

  /** How long to wait for the next one. */
  async #beat(): Promise<number> {
    const { context, group } = this.#host;
    const exceeded = this.#liveness.pollExceeded();
    if (exceeded !== undefined) {
      await this.leave(this.#intervalMs);
      await this.#lose(exceeded);
      return 0;
    }
    const leftMs = this.#liveness.sessionLeftMs(context.settings.sessionTimeoutMs);
    try {
      const timeoutMs = Math.max(1, Math.min(context.cluster.options.requestTimeoutMs, leftMs));
      this.#answered(await this.#send(timeoutMs, this.#stopping.signal, leftMs));
      this.#failures = 0;
      return this.#intervalMs;
    } catch (thrown) {
      if (this.#isStopping) return 0;
      const error = KafkaError.from(thrown);
      this.#sendAll = true;
      if (error.code === 'UNKNOWN_MEMBER_ID' || error.code === 'FENCED_MEMBER_EPOCH') {
        await this.#lose(error);
        return 0;
      }
      this.#liveness.noContact(error);
      if (coordinatorIsGone(error)) context.cluster.forgetCoordinator('group', group);
      const failure = isFatal(error) ? error : this.#liveness.sessionExpired(context.settings.sessionTimeoutMs);
      if (failure !== undefined) await this.#lose(failure);
      return failure === undefined ? this.#backoff.delayMs(this.#failures++) : 0;
    }
  }

  /** The group has given this member up, or is about to: it joins as a new one. */
  async #lose(error: KafkaError): Promise<void> {
    const { context, ownership } = this.#host;
    this.#epoch = JOINING;
    this.#sendAll = true;
    this.#target = undefined;
    this.#mayBeKnown = false;
    ownership.abandon(error);
    await this.#reconciling;
    await ownership.lose(ownership.list, error);
    const isTold = error.code === 'SESSION_EXPIRED' || isFatal(error);
    if (isTold) context.fail(error);
    this.#isParked = isTold || (error.code === 'MAX_POLL_EXCEEDED' && !this.#host.isReading);
    this.#liveness.contact();
    this.#liveness.stepped();
  }

  #answered(answer: ConsumerGroupHeartbeatResponse): void {
    this.#liveness.contact();
    this.#host.context.meters.heartbeat();
    this.#epoch = answer.memberEpoch;
    this.#intervalMs = answer.heartbeatIntervalMs;
    if (answer.memberId !== null && answer.memberId !== this.#memberId) {
      this.#memberId = answer.memberId;
      this.#isNamedByBroker = true;
    }
    if (answer.assignment === null) return;
    this.#target = answer.assignment.topicPartitions;
    this.#reconciling ??= this.#reconcile();
  }

  async #reconcile(): Promise<void> {
    await this.#followTarget();
    // In the turn in which it saw that nothing is left: a target that comes now finds nobody at work.
    this.#reconciling = undefined;
  }

  async #followTarget(): Promise<void> {
    const { context, ownership } = this.#host;
    const { cluster } = context;
    for (let target = this.#target; target !== undefined && !this.#isStopping; target = this.#target) {
      const places = await this.#placesOf(target);
      if (places === undefined) {
        await cluster.clock.sleep(cluster.options.retryBackoffMaxMs, this.#stopping.signal).catch(() => {});
        continue;
      }
      const names = new Set(places.map(({ topic, partition }) => partitionName(topic, partition)));
      await ownership.revoke(
        ownership.list.filter(({ topic, partition }) => !names.has(partitionName(topic, partition))),
        () => this.#epoch > JOINING,
      );
      if (this.#target === undefined || this.#isStopping) return;
      await ownership.assign(places);
      if (this.#target === target) this.#target = undefined;
      this.#sendOwned = true;
      this.#bell.ring();
    }
  }

  /** Undefined while a topic's name is not known. */
  async #placesOf(target: Target): Promise<TopicPartition[] | undefined> {
    const { cluster } = this.#host.context;
    const unknown = target.some(({ topicId }) => cluster.metadata.topicName(topicId) === undefined);
    if (unknown) await cluster.refresh(this.#host.topicNames(), { signal: this.#stopping.signal }).catch(() => {});
    const places: TopicPartition[] = [];
    for (const { topicId, partitions } of target) {
      const topic = cluster.metadata.topicName(topicId);
      if (topic === undefined) return undefined;
      this.#names.set(topicId, topic);
      for (const partition of partitions) places.push({ topic, partition });
    }
    return places;
  }

  /** `timeoutMs`: of the request; `limitMs`: of all it takes. */
  #send(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    limitMs = timeoutMs,
  ): Promise<ConsumerGroupHeartbeatResponse> {
    const { context, group, ownership } = this.#host;
    const { cluster, settings, connections } = context;
    const topics = this.#host.topicNames();
    const isChange = this.#epoch >= JOINING;
    this.#mayBeKnown ||= this.#epoch === JOINING;
    const sendAll = this.#sendAll && isChange;
    const names = JSON.stringify(topics);
    const body = {
      groupId: group,
      memberEpoch: this.#epoch,
      instanceId: settings.instanceId ?? null,
      ...(sendAll
        ? {
            rackId: settings.rack === '' ? null : settings.rack,
            rebalanceTimeoutMs: settings.maxPollIntervalMs,
            serverAssignor: settings.remoteAssignor ?? null,
          }
        : {}),
      ...(sendAll || (isChange && names !== this.#sentTopics) ? { subscribedTopicNames: topics } : {}),
      ...(sendAll || (isChange && this.#sendOwned)
        ? { topicPartitions: this.#epoch === JOINING ? [] : this.#ownedById(ownership.list) }
        : {}),
    };
    this.#sendAll &&= !isChange;
    this.#sendOwned = false;
    this.#sentTopics = names;
    return operation(cluster, `Heartbeat of group ${group}`, { timeout: Math.max(1, limitMs), signal }, async (op) => {
      const node = await cluster.coordinator('group', group, op.signal);
      const answer = await cluster.request(
        CONSUMER_GROUP_HEARTBEAT,
        node,
        (version) => ({
          ...body,
          memberId: version < OWN_ID_FROM && !this.#isNamedByBroker ? '' : this.#memberId,
        }),
        { purpose: connections.coordination, signal: op.signal, timeoutMs },
      );
      checkAnswer(group, node, answer);
      return answer;
    });
  }

  #ownedById(owned: readonly TopicPartition[]): { topicId: Uuid; partitions: number[] }[] {
    const ids = new Map(Array.from(this.#names, ([id, name]) => [name, id]));
    return groupByTopic(owned).flatMap(({ topic, partitions }) => {
      const topicId = ids.get(topic);
      return topicId === undefined ? [] : [{ topicId, partitions }];
    });
  }
}

/** Throws what the coordinator refused. A broker may list the API without serving it. */
function checkAnswer(group: string, broker: number, { errorCode, errorMessage }: ConsumerGroupHeartbeatResponse): void {
  const isUnserved = errorCode === ErrorCode.UNSUPPORTED_VERSION;
  const unserved = `This cluster has no groups of protocol 'consumer' (KIP-848, group.version); use 'classic'`;
  checkCode(errorCode, isUnserved ? unserved : errorMessage, { group, broker });
}
