import type { Timer } from '@ottla/platform';
import type { Reader } from '@ottla/protocol';

/** A request that waits for its answer. Answers come in the order of the requests. */
export interface Pending {
  readonly correlationId: number;
  readonly name: string;
  readonly apiKey: number;
  readonly version: number;
  /** Milliseconds since 1970; only for an observer. */
  readonly sentAtMs: number;
  /** Decodes the body and settles the caller's promise; throws when the body is malformed. */
  readonly accept: (reader: Reader) => void;
  readonly reject: (error: Error) => void;
  /** Flexible answers have tags in their header. */
  readonly headerVersion: number;
  timer: Timer | undefined;
  /** The caller gave up: the answer, when it comes, is read and dropped, so that it can't be taken for the next one's. */
  abandoned: boolean;
}
