/** What producer, consumer and admin know of the cluster: who leads what, and a way to ask a broker something. */
import type { Clock, Logger, Platform } from '@ottla/platform';
import type { ApiRanges, RpcApi } from '@ottla/rpc';
import type { ConnectionOptions } from '../options.ts';
import type { NetworkMeters } from '../telemetry/network-meters.ts';
import type { Channel } from './channel.ts';
import type { MetadataView } from './metadata.ts';

/**
 * `default`: produce, admin, metadata. The others have connections of their own, which a long poll may block. A broker
 * serves one request of a connection after the other, so members of one group must not share one: each consumer has a
 * pair of its own (`ownConnections`).
 */
export type Purpose = 'default' | 'fetch' | 'coordination' | `${'fetch' | 'coordination'} ${number}`;

/** Connections that nobody else uses. */
export interface OwnConnections {
  readonly fetch: Purpose;
  readonly coordination: Purpose;
  /** Closes them. */
  close(): void;
}

/** A broker's id; any broker; the controller as the metadata names it. */
export type NodeTarget = number | 'any' | 'controller';

export type CoordinatorKind = 'group' | 'transaction' | 'share';

export interface RequestOptions {
  /** Gives up waiting; the request may still be carried out. Rejects with ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Default `request.timeout.ms`. For a long poll: the time it may take, which the client's own timeout is added to. */
  readonly timeoutMs?: number | undefined;
  readonly purpose?: Purpose | undefined;
  readonly minVersion?: number | undefined;
  readonly maxVersion?: number | undefined;
}

/** A request, or what makes one for the version that was agreed on. */
export type Message<Req> = Req | ((version: number) => Req);

export interface LeaderHint {
  readonly topic: string;
  readonly partition: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  /** Where that broker is, when the answer said so. */
  readonly endpoint?: { readonly host: string; readonly port: number; readonly rack?: string | null } | undefined;
}

export interface RefreshOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether asking may create a topic. Default false. */
  readonly allowAutoTopicCreation?: boolean | undefined;
  /** True: all topics of the cluster, e.g. for a subscription by pattern. */
  readonly all?: boolean | undefined;
}

export interface Cluster {
  readonly platform: Platform;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: ConnectionOptions;
  readonly metadata: MetadataView;
  readonly meters: NetworkMeters;
  readonly isClosed: boolean;
  /** Aborted by `close`. */
  readonly closing: AbortSignal;

  /**
   * One attempt: connects when needed, sends, resolves with the decoded answer, whatever error codes are in it. Rejects
   * with KafkaError: CONNECTION_FAILED, NETWORK_EXCEPTION, REQUEST_TIMED_OUT (retriable), UNSUPPORTED_VERSION,
   * SASL_AUTHENTICATION_FAILED, ABORTED, CLOSED. Waits out throttling (KIP-219) and reconnect backoff.
   */
  request<Req extends object, Res>(
    api: RpcApi<Req, Res>,
    node: NodeTarget,
    message: Message<Req>,
    options?: RequestOptions,
  ): Promise<Res>;

  /** The connection to a broker for a purpose: for callers that send many requests in a row and care for their order. */
  channel(node: number, purpose: Purpose): Channel;

  /** Names for connections of the caller's own. */
  ownConnections(): OwnConnections;

  /**
   * Asks for metadata of these topics (default: those in use) and of the brokers. Refreshes that overlap share a request.
   * One attempt over all known brokers, then the bootstrap servers (KIP-899). Errors of single topics are in the view.
   */
  refresh(topics?: readonly string[], options?: RefreshOptions): Promise<void>;

  /** Keeps these topics fresh (`metadata.max.age.ms`) until the function that comes back is called. */
  watch(topics: readonly string[]): () => void;

  /** Node id of a coordinator, asked for once and remembered. Tries again while there is none, until `signal`. */
  coordinator(kind: CoordinatorKind, key: string, signal?: AbortSignal): Promise<number>;
  /** After NOT_COORDINATOR, or when it cannot be reached. */
  forgetCoordinator(kind: CoordinatorKind, key: string): void;

  /** The versions a broker listed; connects when needed. */
  versions(node: NodeTarget, options?: RequestOptions): Promise<ApiRanges>;

  /** News about a leader in an error answer (KIP-951): taken when its epoch is newer. True when it was news. */
  leaderHint(hint: LeaderHint): boolean;

  close(): Promise<void>;
}
