import type { Admin, QuotaEntity } from '@ottla/client';
import { javaDouble } from '@ottla/protocol/json';
import { javaHashOrder } from '@ottla/protocol/records';
import { calling, JavaError } from '../cli/java-error.ts';
import { isResource, quotas, quotaTypes, type ResourceEntity, resourceConfigs, SOURCES, singular } from './entities.ts';
import type { ConfigRequest } from './options.ts';

type Print = (line: string) => void;

export async function describeEntities(admin: Admin, request: ConfigRequest, print: Print): Promise<void> {
  const { types, names, options } = request;
  const [type] = types;
  if (type === undefined) return;
  if (!isResource(type)) return describeQuotas(admin, request, print);
  const all = options.has('all');
  const [name] = names;
  if (type === 'groups' && !all && name !== undefined && !(await entitiesOf(admin, type)).includes(name)) {
    print(`The group '${name}' doesn't exist and doesn't have dynamic config.`);
    return;
  }
  for (const entity of name === undefined ? await entitiesOf(admin, type) : [name]) {
    if (entity === '') print(`Default configs for ${type} in the cluster are:`);
    else print(`${all ? 'All' : 'Dynamic'} configs for ${singular(type)} ${entity} are:`);
    for (const entry of await resourceConfigs(admin, type, entity, all)) {
      const synonyms = entry.synonyms.map(({ source, name: other, value }) => `${SOURCES[source]}:${other}=${value}`);
      print(`  ${entry.name}=${entry.value} sensitive=${entry.isSensitive} synonyms={${synonyms.join(', ')}}`);
    }
  }
}

async function entitiesOf(admin: Admin, type: ResourceEntity): Promise<string[]> {
  switch (type) {
    case 'topics': {
      const topics = await calling('listTopics', () => admin.listTopics({ includeInternal: true }));
      return topics.map(({ name }) => name);
    }
    case 'brokers':
    case 'broker-loggers': {
      const { brokers } = await calling('listNodes', () => admin.describeCluster());
      return [...brokers.map(({ id }) => String(id)), ''];
    }
    case 'client-metrics':
      return configured(admin, 'client-metrics');
    case 'groups': {
      const groups = await calling('listGroups', () => admin.listGroups());
      return [...new Set([...groups.map(({ groupId }) => groupId), ...(await configured(admin, 'group'))])];
    }
  }
}

/** Those that were configured once; what else there is need not be. */
async function configured(admin: Admin, kind: 'client-metrics' | 'group'): Promise<string[]> {
  const resources = await calling('listConfigResources', () => admin.listConfigResources([kind])).catch((error) => {
    // Before Kafka 4.1 there is no list but that of client-metrics.
    if (kind === 'group' && error instanceof JavaError && error.kafka?.code === 'UNSUPPORTED_VERSION') return [];
    throw error;
  });
  return resources.filter((each) => each.type === kind).map(({ name }) => name);
}

const TITLES = { user: 'user-principal', 'client-id': 'client-id', ip: 'ip' } as const;

function entityText(entity: QuotaEntity): string {
  const parts = (['user', 'client-id', 'ip'] as const).flatMap((type) => {
    const name = entity[type];
    if (name === undefined) return [];
    return name === null ? `the default ${TITLES[type]}` : `${TITLES[type]} '${name}'`;
  });
  return parts.join(', ');
}

async function describeQuotas(admin: Admin, { types, names }: ConfigRequest, print: Print): Promise<void> {
  for (const { entity, values } of await quotas(admin, quotaTypes(types), names)) {
    const list = Object.entries(values);
    const entries = javaHashOrder(list, ([name]) => name, list.length);
    const text = entries.map(([name, value]) => `${name}=${javaDouble(value)}`).join(', ');
    print(`Quota configs for ${entityText(entity)} are ${text}`);
  }
  if (!types.includes('users') || types.includes('clients') || names.includes('')) return;
  for (const [user, text] of await scramTexts(admin, names))
    print(`SCRAM credential configs for user-principal '${user}' are ${text}`);
}

/** By user; who has none is left out. */
async function scramTexts(admin: Admin, users: readonly string[]): Promise<Map<string, string>> {
  try {
    const described = await calling('describeUserScramCredentials', () =>
      admin.describeUserScramCredentials(users.length === 0 ? undefined : users),
    );
    return new Map(
      Array.from(described, ([user, credentials]) => [
        user,
        credentials.map(({ mechanism, iterations }) => `${mechanism}=iterations=${iterations}`).join(', '),
      ]),
    );
  } catch (error) {
    if (error instanceof JavaError && error.kafka?.code === 'RESOURCE_NOT_FOUND') return new Map();
    throw error;
  }
}
