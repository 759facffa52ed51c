import type { StorageRules } from '@ottla/storage';
import type { Endpoint } from '../api/endpoint.ts';
import type { BrokerServices } from '../services.ts';

/** A listener as clients reach it. */
export interface BrokerListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** A broker that runs. */
export interface Broker {
  readonly brokerId: number;
  readonly clusterId: string;
  /** Advertised, with the ports that were bound. */
  readonly listeners: readonly BrokerListener[];
  readonly logDirs: readonly string[];
  /** The owners of its state: for tests, tools and the simulator. */
  readonly services: BrokerServices;
  /** Resolves when the broker has stopped, whoever stopped it. */
  readonly closed: Promise<void>;
  /** Orderly: stops accepting, answers what runs, flushes, marks the logs as clean, leaves the cluster. Idempotent. */
  shutdown(): Promise<void>;
  /** As a killed process leaves it: no flush, no marks, connections cut. For tests. Idempotent. */
  kill(): Promise<void>;
}

export interface StartOptions {
  /** Take over a folder that a broker of a cluster of several wrote. */
  readonly adopt?: boolean;
  /** Properties of topics in a folder to be adopted, by topic. */
  readonly adoptConfigs?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** For the simulator's mutations. */
  readonly storageRules?: StorageRules;
  /** Size of the metadata's journal from which a snapshot replaces it, bytes: for the simulator, which writes little. */
  readonly metadataSnapshotBytesMin?: number;
  /** What is served in place of the broker's own APIs, and listed in ApiVersions: for tests that fail or hide some. */
  readonly endpoints?: (own: readonly Endpoint[]) => readonly Endpoint[];
}
