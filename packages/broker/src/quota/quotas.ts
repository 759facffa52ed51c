import type { RequestContext } from '../api/handler.ts';

/** What a quota counts: bytes written and read by clients, handler time, controller mutations (KIP-599). */
export type QuotaKind = 'produce' | 'fetch' | 'request' | 'controller-mutation';

export interface Quotas {
  /**
   * Counts `amount` (bytes, milliseconds, or mutations) for the client, before its response. Returns how long to
   * throttle it, in ms: what goes into `throttleTimeMs`; 0 means not at all.
   */
  record(context: RequestContext, kind: QuotaKind, amount: number): number;
}

/** No quota is configured. */
export class Unlimited implements Quotas {
  record(): number {
    return 0;
  }
}
