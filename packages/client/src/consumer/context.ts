import type { Cluster, OwnConnections } from '../network/cluster.ts';
import type { ConsumerMeters } from '../telemetry/consumer-meters.ts';
import type { ConsumerSettings } from './options.ts';
import type { SubscriptionState } from './subscription-state.ts';

/** What the parts of one consumer share. */
export interface ConsumerContext {
  readonly cluster: Cluster;
  readonly settings: ConsumerSettings;
  readonly state: SubscriptionState;
  readonly connections: OwnConnections;
  readonly meters: ConsumerMeters;
  /** Aborted by `close`. */
  readonly closing: AbortSignal;
  /** The application is to know: thrown by its next read. */
  fail(error: unknown): void;
  /** Something may be handed out or fetched that could not be before. */
  wake(): void;
}
