import type { RequestContext } from '../api/handler.ts';

/** What a quota counts: bytes written and read by clients, handler time, controller mutations (KIP-599). */
export type QuotaKind = 'produce' | 'fetch' | 'request' | 'controller-mutation';

/** Beside THROTTLING_QUOTA_EXCEEDED. */
export const QUOTA_EXCEEDED = 'The throttling quota has been exceeded.';

export interface Quotas {
  /**
   * Counts `amount` (bytes, or percent of a thread for a second) for the client, before its response. Returns how long to throttle it, in
   * ms: what goes into `throttleTimeMs`; 0 means not at all. The connection is not read for that time after its answer.
   */
  record(context: RequestContext, kind: QuotaKind, amount: number): number;
  /** Handler time is counted for somebody: worth taking. */
  readonly countsTime: boolean;
  /**
   * Takes `mutations` (partitions made or deleted) out of the client's budget. False, for who understands THROTTLING_QUOTA_EXCEEDED
   * (`isStrict`), when it was overdrawn before; the others are only throttled.
   */
  admit(context: RequestContext, mutations: number, isStrict: boolean): boolean;
}
