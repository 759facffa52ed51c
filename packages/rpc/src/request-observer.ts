import type { Pending } from './pending.ts';

/** Told of requests as they come and go: for metrics and traces. What it throws ends the connection: it must not. */
export interface RequestObserver {
  /** Another number of requests of that connection waits for answers. */
  waiting?(peer: string, count: number): void;
  /** `sizeBytes`: of the answer. */
  answered?(request: ObservedRequest, sizeBytes: number): void;
  timedOut?(request: ObservedRequest): void;
}

export interface ObservedRequest {
  /** `host:port`. */
  readonly peer: string;
  readonly apiKey: number;
  /** As in Kafka's schemas: `MetadataRequest`. */
  readonly name: string;
  readonly version: number;
  readonly correlationId: number;
  /** Milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Since it was sent. */
  readonly durationMs: number;
}

export function observed(
  { apiKey, name, version, correlationId, sentAtMs }: Pending,
  peer: string,
  nowMs: number,
): ObservedRequest {
  return { peer, apiKey, name, version, correlationId, sentAtMs, durationMs: nowMs - sentAtMs };
}
