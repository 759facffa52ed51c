import type { AnyMessageCodec } from './message-codec.ts';

/** One API: its two messages and what its schema says about it. */
export interface ApiCodec {
  readonly apiKey: number;
  readonly name: string;
  readonly request: AnyMessageCodec;
  readonly response: AnyMessageCodec;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The newest version is still in the works: not listed unless `unstable.api.versions.enable`. */
  readonly latestVersionUnstable: boolean;
  /** Kafka's listener types: `broker`, `zkBroker`, `controller`. */
  readonly listeners: readonly string[];
}
