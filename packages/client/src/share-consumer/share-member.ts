/*
 * A member of a share group (KIP-932): heartbeats say what it subscribes to and bring what it may fetch from. Partitions
 * are shared, so nothing is handed over: an assignment just takes the place of the one before.
 */
import { type ExponentialBackoff, randomUuid } from '@ottla/common';
import { ErrorCode, type ShareGroupHeartbeatResponse } from '@ottla/protocol';
import { coordinatorIsGone } from '../consumer/committed-offsets.ts';
import { Liveness, type LivenessHost } from '../consumer/group/liveness.ts';
import { Bell } from '../consumer/group/member-tasks.ts';
import { isFatal } from '../consumer/group/membership.ts';
import { closedError, KafkaError } from '../errors.ts';
import type { Cluster, OwnConnections } from '../network/cluster.ts';
import { operation } from '../network/operation.ts';
import { retryBackoff } from '../network/retry-backoff.ts';
import { SHARE_GROUP_HEARTBEAT, SHARE_MIN_VERSION } from './apis.ts';
import type { ShareConsumerSettings } from './options.ts';
import type { SharePartition } from './share-session.ts';

const JOINING = 0;
const LEAVING = -1;
/** Until the broker names one. */
const HEARTBEAT_INTERVAL_MS = 5000;

export interface ShareMemberHost extends LivenessHost {
  readonly context: {
    readonly cluster: Cluster;
    readonly settings: ShareConsumerSettings;
    readonly connections: OwnConnections;
  };
  topicNames(): string[];
  assigned(partitions: readonly SharePartition[]): void;
  fail(error: unknown): void;
}

type Target = NonNullable<ShareGroupHeartbeatResponse['assignment']>['topicPartitions'];

export class ShareMember {
  readonly id: string;
  readonly #host: ShareMemberHost;
  readonly #liveness: Liveness;
  readonly #backoff: ExponentialBackoff;
  readonly #bell: Bell;
  readonly #stopping = new AbortController();
  #epoch = JOINING;
  #intervalMs = HEARTBEAT_INTERVAL_MS;
  #running: Promise<void> | undefined;
  #target: Target | undefined;
  #sendAll = true;
  #sentTopics = '';
  /** A join was sent: answered or not, the group may have this member. */
  #mayBeKnown = false;
  #isParked = false;
  #failures = 0;

  constructor(host: ShareMemberHost) {
    const { cluster } = host.context;
    this.#host = host;
    this.#liveness = new Liveness(host);
    this.#bell = new Bell(cluster.clock);
    this.#backoff = retryBackoff(cluster);
    this.id = randomUuid(cluster.platform.crypto);
  }

  /** Joins, or goes on after a failure. Called by each read of the application. */
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
    this.#stopping.abort(closedError('share consumer'));
    this.#bell.ring();
    await this.#running;
  }

  /** Tells the group, after `stop`. */
  async leave(deadlineMs: number): Promise<void> {
    if (!this.#mayBeKnown) return;
    this.#mayBeKnown = false;
    this.#epoch = LEAVING;
    await this.#send(deadlineMs, undefined).catch((error: unknown) => {
      this.#host.context.cluster.log.debug(`Leaving group ${this.#host.group} failed`, error);
    });
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const delayMs = this.#isParked ? Number.POSITIVE_INFINITY : await this.#beat();
      if (this.#isStopping) return;
      await this.#bell.wait(this.#isParked ? Number.POSITIVE_INFINITY : Math.min(delayMs, this.#liveness.pollLeftMs()));
    }
  }

  /** How long to wait for the next one. */
  async #beat(): Promise<number> {
    const { context, group } = this.#host;
    const exceeded = this.#liveness.pollExceeded();
    if (exceeded !== undefined) {
      await this.leave(this.#intervalMs);
      this.#lose(exceeded);
      return 0;
    }
    const { sessionTimeoutMs } = context.settings;
    try {
      const leftMs = this.#liveness.sessionLeftMs(sessionTimeoutMs);
      const timeoutMs = Math.max(1, Math.min(context.cluster.options.requestTimeoutMs, leftMs));
      this.#answered(await this.#send(timeoutMs, this.#stopping.signal, leftMs));
      this.#failures = 0;
      const isKnown = await this.#assign();
      return isKnown ? this.#intervalMs : Math.min(this.#intervalMs, context.cluster.options.retryBackoffMaxMs);
    } catch (thrown) {
      if (this.#isStopping) return 0;
      const error = KafkaError.from(thrown);
      this.#sendAll = true;
      if (error.code === 'UNKNOWN_MEMBER_ID' || error.code === 'FENCED_MEMBER_EPOCH') {
        this.#lose(error);
        return 0;
      }
      this.#liveness.noContact(error);
      if (coordinatorIsGone(error)) context.cluster.forgetCoordinator('group', group);
      const failure = isFatal(error) ? error : this.#liveness.sessionExpired(sessionTimeoutMs);
      if (failure !== undefined) this.#lose(failure);
      return failure === undefined ? this.#backoff.delayMs(this.#failures++) : 0;
    }
  }

  /** The group has given this member up: it joins as a new one, or waits until the application reads again. */
  #lose(error: KafkaError): void {
    this.#epoch = JOINING;
    this.#sendAll = true;
    this.#target = undefined;
    this.#mayBeKnown = false;
    this.#host.assigned([]);
    const isTold = error.code === 'SESSION_EXPIRED' || isFatal(error);
    if (isTold) this.#host.fail(error);
    this.#isParked = isTold || (error.code === 'MAX_POLL_EXCEEDED' && !this.#host.isReading);
    this.#liveness.contact();
    this.#liveness.stepped();
  }

  #answered(answer: ShareGroupHeartbeatResponse): void {
    if (answer.errorCode !== ErrorCode.NONE)
      throw KafkaError.ofCode(answer.errorCode, answer.errorMessage, { group: this.#host.group });
    this.#liveness.contact();
    this.#epoch = answer.memberEpoch;
    this.#intervalMs = answer.heartbeatIntervalMs;
    if (answer.assignment !== null) this.#target = answer.assignment.topicPartitions;
  }

  /** False while a topic's name is not known. */
  async #assign(): Promise<boolean> {
    const target = this.#target;
    if (target === undefined) return true;
    const { cluster } = this.#host.context;
    const isUnknown = (): boolean => target.some(({ topicId }) => cluster.metadata.topicName(topicId) === undefined);
    if (isUnknown()) await cluster.refresh(this.#host.topicNames(), { signal: this.#stopping.signal }).catch(() => {});
    if (isUnknown()) return false;
    this.#target = undefined;
    this.#host.assigned(
      target.flatMap(({ topicId, partitions }) => {
        const topic = cluster.metadata.topicName(topicId) ?? '';
        return partitions.map((partition) => ({ topic, topicId, partition }));
      }),
    );
    return true;
  }

  /** `timeoutMs`: of the request; `limitMs`: of all it takes. */
  #send(timeoutMs: number, signal: AbortSignal | undefined, limitMs = timeoutMs): Promise<ShareGroupHeartbeatResponse> {
    const { context, group } = this.#host;
    const { cluster, settings, connections } = context;
    const topics = this.#host.topicNames();
    const names = JSON.stringify(topics);
    const isChange = this.#epoch >= JOINING;
    this.#mayBeKnown ||= this.#epoch === JOINING;
    const sendAll = isChange && this.#sendAll;
    const body = {
      groupId: group,
      memberId: this.id,
      memberEpoch: this.#epoch,
      ...(sendAll ? { rackId: settings.rack === '' ? null : settings.rack } : {}),
      ...(sendAll || (isChange && names !== this.#sentTopics) ? { subscribedTopicNames: topics } : {}),
    };
    this.#sendAll &&= !isChange;
    this.#sentTopics = names;
    return operation(
      cluster,
      `Heartbeat of share group ${group}`,
      { timeout: Math.max(1, limitMs), signal },
      async (op) => {
        const node = await cluster.coordinator('group', group, op.signal);
        return cluster.request(SHARE_GROUP_HEARTBEAT, node, body, {
          purpose: connections.coordination,
          signal: op.signal,
          timeoutMs,
          minVersion: SHARE_MIN_VERSION,
        });
      },
    );
  }
}
