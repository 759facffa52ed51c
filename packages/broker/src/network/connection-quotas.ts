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

/** Why there is no place. `full`: Kafka stops accepting until a connection closes; otherwise this one is closed. */
export interface NoPlace {
  readonly isFull: boolean;
  readonly reason: string;
}

/** Counts open connections against Kafka's limits. */
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
  open(listener: string, address: string): NoPlace | undefined {
    const ofAddress = this.#byAddress.get(address) ?? 0;
    const addressMax = this.#addressMax(address);
    if (ofAddress >= addressMax) {
      const reason = `Rejected connection from /${address}, address already has the configured maximum of ${addressMax} connections.`;
      return { isFull: false, reason };
    }
    const ofListener = this.count(listener);
    const listenerMax = this.#settings.listenerConnectionsMax(listener) ?? Number.POSITIVE_INFINITY;
    if (ofListener >= listenerMax) {
      const reason = `Connections wait: listener ${listener} has the configured maximum of ${listenerMax} (max.connections), the last one from /${address}`;
      return { isFull: true, reason };
    }
    const { connectionsMax } = this.#settings;
    if (this.#total >= connectionsMax) {
      const reason = `Connections wait: the broker has the configured maximum of ${connectionsMax} (max.connections), the last one from /${address}`;
      return { isFull: true, reason };
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
