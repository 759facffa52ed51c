import { QuotaRate, type QuotaWindows } from '../quota/quota-rate.ts';

/** Settings that may change while the broker runs. */
export interface ConnectionQuotaSettings {
  /** `max.connections`. */
  readonly connectionsMax: number;
  /** `max.connections.per.ip`. */
  readonly connectionsPerIpMax: number;
  /** `max.connections.per.ip.overrides`, by address. */
  connectionLimitsPerIp(): ReadonlyMap<string, number>;
  /** `listener.name.x.max.connections`; undefined: no limit of its own. */
  listenerConnectionsMax(listener: string): number | undefined;
  /** `max.connection.creation.rate`, connections a second. */
  readonly connectionCreationRateMax: number;
  /** `listener.name.x.max.connection.creation.rate`; undefined: no limit of its own. */
  listenerConnectionCreationRateMax(listener: string): number | undefined;
  /** The listener of the brokers among themselves, when clients have others: the broker's limits leave it alone. */
  readonly protectedListener: string | undefined;
  readonly quotaWindows: QuotaWindows;
}

/** Counts connections, open and new, against Kafka's limits (SocketServer.ConnectionQuotas). */
export class ConnectionQuotas {
  readonly #settings: ConnectionQuotaSettings;
  readonly #byAddress = new Map<string, number>();
  readonly #byListener = new Map<string, number>();
  readonly #rate: QuotaRate;
  readonly #ratesByListener = new Map<string, QuotaRate>();
  #total = 0;

  constructor(settings: ConnectionQuotaSettings) {
    this.#settings = settings;
    this.#rate = new QuotaRate(settings.quotaWindows);
  }

  get total(): number {
    return this.#total;
  }

  count(listener: string): number {
    return this.#byListener.get(listener) ?? 0;
  }

  /** False: the next connection of the listener waits until one closes. */
  hasSlot(listener: string): boolean {
    const listenerMax = this.#settings.listenerConnectionsMax(listener) ?? Number.POSITIVE_INFINITY;
    if (this.count(listener) >= listenerMax) return false;
    return this.#isProtected(listener) || this.#total < this.#settings.connectionsMax;
  }

  /** A connection came. How long it has to wait before it is served, ms. */
  cameAt(nowMs: number, listener: string): number {
    const { connectionCreationRateMax, quotaWindows } = this.#settings;
    let rate = this.#ratesByListener.get(listener);
    if (rate === undefined) {
      rate = new QuotaRate(quotaWindows);
      this.#ratesByListener.set(listener, rate);
    }
    rate.record(1, nowMs);
    const listenerMax = this.#settings.listenerConnectionCreationRateMax(listener) ?? Number.POSITIVE_INFINITY;
    let throttleMs = rate.throttleMs(listenerMax, nowMs);
    if (!this.#isProtected(listener)) {
      this.#rate.record(1, nowMs);
      throttleMs = Math.max(throttleMs, this.#rate.throttleMs(connectionCreationRateMax, nowMs));
    }
    return Math.min(throttleMs, quotaWindows.count * quotaWindows.sizeMs);
  }

  /** Takes a place, or tells why the address may have none. */
  open(listener: string, address: string): string | undefined {
    const ofAddress = this.#byAddress.get(address) ?? 0;
    const addressMax = this.#settings.connectionLimitsPerIp().get(address) ?? this.#settings.connectionsPerIpMax;
    if (ofAddress >= addressMax) {
      return `Rejected connection from /${address}, address already has the configured maximum of ${addressMax} connections.`;
    }
    this.#byAddress.set(address, ofAddress + 1);
    this.#byListener.set(listener, this.count(listener) + 1);
    this.#total++;
    return undefined;
  }

  close(listener: string, address: string): void {
    const ofAddress = (this.#byAddress.get(address) ?? 0) - 1;
    if (ofAddress > 0) this.#byAddress.set(address, ofAddress);
    else this.#byAddress.delete(address);
    this.#byListener.set(listener, this.count(listener) - 1);
    this.#total--;
  }

  /** Connections of this listener that must go: the brokers' own took their place, or the limit was lowered. */
  excess(listener: string): number {
    return this.#isProtected(listener) ? 0 : Math.max(0, this.#total - this.#settings.connectionsMax);
  }

  #isProtected(listener: string): boolean {
    return this.#settings.protectedListener === listener;
  }
}
