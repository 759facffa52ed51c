/* JoinGroup, SyncGroup, Heartbeat and LeaveGroup: one try each, errors thrown as KafkaError. */
import { ErrorCode, type JoinGroupResponse, type SyncGroupRequestInit } from '@ottla/protocol';
import { checkCode, KafkaError } from '../../errors.ts';
import { operation } from '../../network/operation.ts';
import { HEARTBEAT, JOIN_GROUP, LEAVE_GROUP, SYNC_GROUP } from '../apis.ts';
import { CONSUMER_PROTOCOL_TYPE, encodeSubscription } from '../consumer-protocol.ts';
import type { ConsumerContext } from '../context.ts';
import type { TopicPartition } from '../topic-partition.ts';

/** What a JoinGroup may take above the time that the group waits for its members: Java's. */
const JOIN_EXTRA_MS = 5_000;
const REBALANCE_TIMEOUT_FROM = 1;
const INSTANCE_ID_FROM = { join: 5, sync: 3, heartbeat: 3 };
const LEAVE_BATCH_FROM = 3;
const LEAVE_REASON_FROM = 5;
const SYNC_PROTOCOL_FROM = 5;

export class ClassicRequests {
  readonly #context: ConsumerContext;
  readonly #group: string;
  readonly signal: AbortSignal;
  /** Who was asked last. */
  #broker: number | undefined;

  /** `signal`: aborted when the membership ends; `leave` works on. */
  constructor(context: ConsumerContext, group: string, signal: AbortSignal) {
    this.#context = context;
    this.#group = group;
    this.signal = signal;
  }

  /** `named`: told the member id as soon as the coordinator has given one (KIP-394). */
  async join(
    memberId: string,
    generationId: number,
    topics: readonly string[],
    owned: readonly TopicPartition[],
    named: (memberId: string) => void,
  ): Promise<JoinGroupResponse> {
    const { settings, cluster } = this.#context;
    const protocols = settings.assignors.map((assignor) => ({
      name: assignor.name,
      metadata:
        assignor.raw?.metadata(topics) ??
        encodeSubscription({
          topics,
          userData: assignor.userData?.(topics) ?? null,
          ownedPartitions: owned,
          generationId,
          rackId: settings.rack === '' ? null : settings.rack,
        }),
    }));
    const rebalanceTimeoutMs = settings.maxPollIntervalMs;
    const timeoutMs = Math.max(cluster.options.requestTimeoutMs, rebalanceTimeoutMs + JOIN_EXTRA_MS);
    const answer = await this.#ask((node, purpose) =>
      cluster.request(
        JOIN_GROUP,
        node,
        (version) => ({
          groupId: this.#group,
          sessionTimeoutMs: settings.sessionTimeoutMs,
          ...(version >= REBALANCE_TIMEOUT_FROM ? { rebalanceTimeoutMs } : {}),
          memberId,
          ...this.#instance(version, 'join'),
          protocolType: CONSUMER_PROTOCOL_TYPE,
          protocols,
        }),
        { purpose, timeoutMs, signal: this.signal },
      ),
    );
    if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED && answer.memberId !== memberId) {
      named(answer.memberId);
      return this.join(answer.memberId, generationId, topics, owned, named);
    }
    this.#check(answer.errorCode);
    return answer;
  }

  async sync(joined: JoinGroupResponse, assignments: SyncGroupRequestInit['assignments']): Promise<Buffer> {
    const { cluster, settings } = this.#context;
    const { generationId, memberId, protocolName } = joined;
    const timeoutMs = Math.max(cluster.options.requestTimeoutMs, settings.maxPollIntervalMs + JOIN_EXTRA_MS);
    const answer = await this.#ask((node, purpose) =>
      cluster.request(
        SYNC_GROUP,
        node,
        (version) => ({
          groupId: this.#group,
          generationId,
          memberId,
          ...this.#instance(version, 'sync'),
          ...(version >= SYNC_PROTOCOL_FROM ? { protocolType: CONSUMER_PROTOCOL_TYPE, protocolName } : {}),
          assignments,
        }),
        { purpose, timeoutMs, signal: this.signal },
      ),
    );
    this.#check(answer.errorCode);
    return answer.assignment;
  }

  #check(code: number): void {
    checkCode(code, null, { group: this.#group, broker: this.#broker });
  }

  /** The error code. Rejects when there is no answer. */
  async heartbeat(memberId: string, generationId: number, timeoutMs: number): Promise<number> {
    const answer = await this.#ask(
      (node, purpose) =>
        this.#context.cluster.request(
          HEARTBEAT,
          node,
          (version) => ({ groupId: this.#group, generationId, memberId, ...this.#instance(version, 'heartbeat') }),
          { purpose, timeoutMs, signal: this.signal },
        ),
      timeoutMs,
    );
    return answer.errorCode;
  }

  /** A courtesy: whatever goes wrong, the group notices by itself. */
  async leave(memberId: string, reason: string, timeoutMs: number): Promise<void> {
    const { cluster, connections, settings } = this.#context;
    const member =
      settings.instanceId === undefined ? { memberId } : { memberId, groupInstanceId: settings.instanceId };
    try {
      await operation(cluster, `Leaving group ${this.#group}`, { timeout: timeoutMs }, async ({ signal }) => {
        const node = await cluster.coordinator('group', this.#group, signal);
        await cluster.request(
          LEAVE_GROUP,
          node,
          (version) => ({
            groupId: this.#group,
            ...(version >= LEAVE_BATCH_FROM
              ? { members: [version >= LEAVE_REASON_FROM ? { ...member, reason: reason.slice(0, 255) } : member] }
              : { memberId }),
          }),
          { purpose: connections.coordination, signal },
        );
      });
    } catch (error) {
      cluster.log.debug(`Leaving group ${this.#group} failed`, error);
    }
  }

  #instance(version: number, api: keyof typeof INSTANCE_ID_FROM): { groupInstanceId?: string } {
    const { instanceId } = this.#context.settings;
    if (instanceId === undefined) return {};
    if (version >= INSTANCE_ID_FROM[api]) return { groupInstanceId: instanceId };
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      'The broker is too old for static members (instanceId): Kafka 2.3 has them',
    );
  }

  async #ask<T>(
    request: (node: number, purpose: ConsumerContext['connections']['coordination']) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T> {
    const { cluster, connections, settings } = this.#context;
    if (timeoutMs === undefined) {
      // By then the session is over, whatever a single operation may take.
      const node = await operation(
        cluster,
        `Joining group ${this.#group}`,
        { timeout: settings.sessionTimeoutMs, signal: this.signal },
        (op) => cluster.coordinator('group', this.#group, op.signal),
      );
      this.#broker = node;
      return request(node, connections.coordination);
    }
    return operation(
      cluster,
      `Heartbeat of group ${this.#group}`,
      { timeout: timeoutMs, signal: this.signal },
      async (op) => {
        const node = await cluster.coordinator('group', this.#group, op.signal);
        return request(node, connections.coordination);
      },
    );
  }
}
