import { LruMap } from '@ottla/common';
import type { Clock } from '@ottla/platform';
import type { RequestContext } from '../api/handler.ts';
import type { FoundQuota, QuotaConfigs, QuotaName } from './quota-configs.ts';
import { QuotaRate, type QuotaWindows } from './quota-rate.ts';
import type { QuotaKind, Quotas } from './quotas.ts';
import { TokenBucket } from './token-bucket.ts';

/** Clients whose rates, and whose quotas, are remembered; Kafka forgets them after an hour of silence. */
const CLIENTS_MAX = 10_000;

const NAMES: Readonly<Record<QuotaKind, QuotaName>> = {
  produce: 'producer_byte_rate',
  fetch: 'consumer_byte_rate',
  request: 'request_percentage',
  'controller-mutation': 'controller_mutation_rate',
};

/** Quotas of users and clients (Kafka's ClientQuotaManager, ClientRequestQuotaManager and ControllerMutationQuotaManager). */
export class ClientQuotas implements Quotas {
  readonly #configs: QuotaConfigs;
  readonly #clock: Clock;
  readonly #windows: QuotaWindows;
  readonly #mutationWindows: QuotaWindows;
  readonly #found = new LruMap<string, FoundQuota | 'none'>(CLIENTS_MAX);
  readonly #rates = new LruMap<string, QuotaRate>(CLIENTS_MAX);
  readonly #buckets = new LruMap<string, TokenBucket>(CLIENTS_MAX);
  #foundVersion = -1;

  constructor(configs: QuotaConfigs, clock: Clock, windows: QuotaWindows, mutationWindows: QuotaWindows) {
    this.#configs = configs;
    this.#clock = clock;
    this.#windows = windows;
    this.#mutationWindows = mutationWindows;
  }

  get countsTime(): boolean {
    return !this.#configs.isEmpty;
  }

  record(context: RequestContext, kind: QuotaKind, amount: number): number {
    if (this.#configs.isEmpty) return 0;
    const quota = this.#quota(context, kind);
    if (quota === undefined) return 0;
    const nowMs = this.#clock.monotonicMs();
    let throttleMs: number;
    if (kind === 'controller-mutation') {
      throttleMs = this.#bucket(quota).throttleMs(quota.bound, nowMs);
    } else {
      const rate = this.#rate(kind, quota);
      if (amount !== 0) rate.record(amount, nowMs);
      throttleMs = rate.throttleMs(quota.bound, nowMs);
      // So that a client that is throttled for its requests can still send heartbeats.
      if (kind === 'request') throttleMs = Math.min(throttleMs, this.#windows.sizeMs);
    }
    context.throttledMs = Math.max(context.throttledMs ?? 0, throttleMs);
    return throttleMs;
  }

  admit(context: RequestContext, mutations: number, isStrict: boolean): boolean {
    if (this.#configs.isEmpty) return true;
    const quota = this.#quota(context, 'controller-mutation');
    if (quota === undefined) return true;
    const bucket = this.#bucket(quota);
    const nowMs = this.#clock.monotonicMs();
    if (isStrict && bucket.left(quota.bound, nowMs) < 0) return false;
    bucket.take(mutations, quota.bound, nowMs);
    return true;
  }

  #quota(context: RequestContext, kind: QuotaKind): FoundQuota | undefined {
    if (this.#foundVersion !== this.#configs.version) {
      this.#found.clear();
      this.#foundVersion = this.#configs.version;
    }
    const { principal, clientId } = context;
    const key = `${kind} ${JSON.stringify(principal.name)} ${clientId}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#configs.find(NAMES[kind], principal.name, clientId) ?? 'none';
      this.#found.set(key, found);
    }
    return found === 'none' ? undefined : found;
  }

  #rate(kind: QuotaKind, { owner }: FoundQuota): QuotaRate {
    const key = `${kind} ${owner}`;
    let rate = this.#rates.get(key);
    if (rate === undefined) {
      rate = new QuotaRate(this.#windows);
      this.#rates.set(key, rate);
    }
    return rate;
  }

  #bucket({ owner }: FoundQuota): TokenBucket {
    let bucket = this.#buckets.get(owner);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#mutationWindows);
      this.#buckets.set(owner, bucket);
    }
    return bucket;
  }
}
