import type { Coordination } from '@ottla/coordination';
import { loadQuota, quotaPaths } from './quota-configs.task.ts';
import { type QuotaEntity, quotaEntity, quotaPath } from './quota-entity.ts';

export interface EntityQuotas {
  readonly entity: QuotaEntity;
  /** `producer_byte_rate` and the like. */
  readonly quotas: ReadonlyMap<string, number>;
}

/** The quota that holds for a client, and who shares it. */
export interface FoundQuota {
  readonly bound: number;
  readonly owner: string;
}

export const QUOTA_NAMES = [
  'producer_byte_rate',
  'consumer_byte_rate',
  'request_percentage',
  'controller_mutation_rate',
  'connection_creation_rate',
] as const;
export type QuotaName = (typeof QUOTA_NAMES)[number];

/** Quotas as they are stored, by entity (Kafka's ClientQuotaManager.DefaultQuotaCallback). */
export class QuotaConfigs {
  readonly #coordination: Coordination;
  readonly #entities = new Map<string, EntityQuotas>();
  /** Grows with each change. */
  version = 0;

  constructor(coordination: Coordination) {
    this.#coordination = coordination;
  }

  /** Reads all that is stored. */
  load(): Promise<void> {
    return quotaPaths(this.#coordination)
      .then((paths) => Promise.all(paths.map((path) => this.changed(path))))
      .then(() => {});
  }

  /** Reads one entity anew; `path` is below `/config`. */
  changed(path: string): Promise<void> {
    return loadQuota(this.#coordination, path).then((properties) => {
      if (properties !== undefined) this.#set(path, properties);
    });
  }

  get isEmpty(): boolean {
    return this.#entities.size === 0;
  }

  all(): Iterable<EntityQuotas> {
    return this.#entities.values();
  }

  /** The most specific quota, in Kafka's order. */
  find(name: QuotaName, user: string, clientId: string): FoundQuota | undefined {
    for (const entity of [
      { user, clientId },
      { user, clientId: null },
      { user },
      { user: null, clientId },
      { user: null, clientId: null },
      { user: null },
      { clientId },
      { clientId: null },
    ]) {
      const bound = this.#entities.get(quotaPath(entity))?.quotas.get(name);
      if (bound === undefined) continue;
      const owner = `${'user' in entity ? JSON.stringify(user) : ''} ${'clientId' in entity ? JSON.stringify(clientId) : ''}`;
      return { bound, owner };
    }
    return undefined;
  }

  #set(path: string, properties: ReadonlyMap<string, string>): void {
    const entity = quotaEntity(path);
    if (entity === undefined) return;
    const quotas = new Map<string, number>();
    for (const name of QUOTA_NAMES) {
      const value = Number(properties.get(name) ?? Number.NaN);
      if (Number.isFinite(value)) quotas.set(name, value);
    }
    if (quotas.size > 0) this.#entities.set(path, { entity, quotas });
    else this.#entities.delete(path);
    this.version++;
  }
}
