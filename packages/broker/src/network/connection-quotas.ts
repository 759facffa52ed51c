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
}

/**
 * Counts open connections against Kafka's limits. Where Kafka stops accepting (`max.connections`), the connection is
 * closed here: clients try again either way.
 */
export class ConnectionQuotas {
  readonly #settings: ConnectionQuotaSettings;
  readonly #byAddress = new Map<string, number>();
  readonly #byListener = new Map<string, number>();
  #total = 0;

  constructor(settings: ConnectionQuotaSettings) {
    this.#settings = settings;
  }

  get total(): number {
    return this.#total;
  }

  count(listener: string): number {
    return this.#byListener.get(listener) ?? 0;
  }

  /** Takes a place, or tells why there is none. The seam for `max.connection.creation.rate`, too. */
  open(listener: string, address: string): string | undefined {
    const ofAddress = this.#byAddress.get(address) ?? 0;
    const addressMax = this.#addressMax(address);
    if (ofAddress >= addressMax) {
      return `Rejected connection from /${address}, address already has the configured maximum of ${addressMax} connections.`;
    }
    const ofListener = this.count(listener);
    const listenerMax = this.#settings.listenerConnectionsMax(listener) ?? Number.POSITIVE_INFINITY;
    if (ofListener >= listenerMax) {
      return `Rejected connection from /${address}, listener ${listener} already has the configured maximum of ${listenerMax} connections.`;
    }
    if (this.#total >= this.#settings.connectionsMax) {
      return `Rejected connection from /${address}, the broker already has the configured maximum of ${this.#settings.connectionsMax} connections.`;
    }
    this.#byAddress.set(address, ofAddress + 1);
    this.#byListener.set(listener, ofListener + 1);
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

  #addressMax(address: string): number {
    return this.#settings.connectionLimitsPerIp().get(address) ?? this.#settings.connectionsPerIpMax;
  }
}
