import type { Cluster, OwnConnections } from '../network/cluster.ts';
import type { Acknowledged, ShareConsumerSettings } from './options.ts';
import type { FetchedShare } from './share-answers.ts';
import type { ShareBroker } from './share-broker.ts';

/** What the parts of one share consumer share. */
export interface ShareContext {
  readonly cluster: Cluster;
  readonly settings: ShareConsumerSettings;
  readonly connections: OwnConnections;
  readonly memberId: string;
  /** Makes the requests that may be made now. */
  pump(): void;
  /** The same after a while. */
  pumpIn(delayMs: number): void;
  wake(): void;
  acquired(broker: ShareBroker, fetched: FetchedShare): void;
  acknowledged(results: readonly Acknowledged[]): void;
  /** What was acquired at this broker is anybody's again. */
  sessionLost(broker: ShareBroker): void;
  /** The metadata may be out of date. */
  outdated(): void;
  /** The application is to know: thrown by its next read. */
  fail(error: unknown): void;
}
