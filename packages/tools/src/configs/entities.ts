/** How entities of the command line are called in requests and in what is printed. */
import type { Admin, ConfigEntry, ConfigResourceType, ConfigSource, QuotaEntity } from '@ottla/client';
import { calling } from '../cli/java-error.ts';
import type { EntityType } from './options.ts';

export type ResourceEntity = Exclude<EntityType, 'users' | 'clients' | 'ips'>;

export const RESOURCES: Readonly<Record<ResourceEntity, ConfigResourceType>> = {
  topics: 'topic',
  brokers: 'broker',
  'broker-loggers': 'broker-logger',
  'client-metrics': 'client-metrics',
  groups: 'group',
};

export const QUOTA_TYPES = { users: 'user', clients: 'client-id', ips: 'ip' } as const;

/** `topic` of `topics`: Kafka's tool drops the last letter, whatever it is. */
export const singular = (type: EntityType): string => type.slice(0, -1);

export function isResource(type: EntityType): type is ResourceEntity {
  return type in RESOURCES;
}

/** Java's names. */
export const SOURCES: Readonly<Record<ConfigSource, string>> = {
  unknown: 'UNKNOWN',
  topic: 'DYNAMIC_TOPIC_CONFIG',
  'dynamic-broker': 'DYNAMIC_BROKER_CONFIG',
  'dynamic-default-broker': 'DYNAMIC_DEFAULT_BROKER_CONFIG',
  'static-broker': 'STATIC_BROKER_CONFIG',
  default: 'DEFAULT_CONFIG',
  'dynamic-broker-logger': 'DYNAMIC_BROKER_LOGGER_CONFIG',
  'client-metrics': 'DYNAMIC_CLIENT_METRICS_CONFIG',
  group: 'DYNAMIC_GROUP_CONFIG',
};

/** Where what was set for the entity itself comes from. */
function ownSource(type: ResourceEntity, name: string): ConfigSource {
  switch (type) {
    case 'topics':
      return 'topic';
    case 'brokers':
      return name === '' ? 'dynamic-default-broker' : 'dynamic-broker';
    case 'broker-loggers':
      return 'dynamic-broker-logger';
    case 'client-metrics':
      return 'client-metrics';
    case 'groups':
      return 'group';
  }
}

/** By name; only what was set for the entity itself, unless `all`. */
export async function resourceConfigs(
  admin: Admin,
  type: ResourceEntity,
  name: string,
  all: boolean,
): Promise<ConfigEntry[]> {
  const resource = { type: RESOURCES[type], name };
  const described = await calling('describeConfigs', () => admin.describeConfigs([resource], { synonyms: true }));
  const own = ownSource(type, name);
  return [...described.values()]
    .flat()
    .filter((entry) => all || entry.source === own)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

export interface QuotaOf {
  readonly entity: QuotaEntity;
  readonly values: Readonly<Record<string, number>>;
}

/** Of these entities, and no others. */
export function quotas(
  admin: Admin,
  types: readonly (keyof typeof QUOTA_TYPES)[],
  names: readonly string[],
): Promise<QuotaOf[]> {
  const entity = Object.fromEntries(
    types.map((type, index) => {
      const name = names[index];
      return [QUOTA_TYPES[type], name === undefined ? (true as const) : name === '' ? null : name];
    }),
  );
  return calling('describeClientQuotas', () => admin.describeClientQuotas({ entity, strict: true }));
}

export function quotaTypes(types: readonly EntityType[]): (keyof typeof QUOTA_TYPES)[] {
  return types.flatMap((type) => (type === 'users' || type === 'clients' || type === 'ips' ? type : []));
}
