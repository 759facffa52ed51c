import type { Admin, ScramAlteration } from '@ottla/client';
import { parseJavaDouble } from '../cli/java-double.ts';
import { calling, JavaError } from '../cli/java-error.ts';
import { ToolError } from '../cli/tool.ts';
import { parseScram } from './changes.ts';
import {
  isResource,
  QUOTA_TYPES,
  quotas,
  quotaTypes,
  RESOURCES,
  type ResourceEntity,
  resourceConfigs,
  singular,
} from './entities.ts';
import type { ConfigRequest } from './options.ts';

const CLIENT_QUOTAS = ['producer_byte_rate', 'consumer_byte_rate', 'request_percentage', 'controller_mutation_rate'];
const IP_QUOTAS = ['connection_creation_rate'];
const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

export interface Changes {
  readonly added: ReadonlyMap<string, string>;
  readonly deleted: readonly string[];
}

export async function alterEntity(
  admin: Admin,
  request: ConfigRequest,
  changes: Changes,
  print: (line: string) => void,
): Promise<void> {
  const [type] = request.types;
  if (type === undefined) return;
  const [name = ''] = request.names;
  const format = changes.added.get('message.format.version');
  if (type === 'topics' && format !== undefined)
    print(
      `WARNING: The configuration message.format.version=${format} is specified. This configuration will be ignored if the version is newer than the inter.broker.protocol.version specified in the broker or if the inter.broker.protocol.version is 3.0 or newer. This configuration is deprecated and it will be removed in Apache Kafka 4.0.`,
    );
  if (isResource(type)) await alterResource(admin, type, name, changes);
  else if (type === 'ips') await alterIp(admin, request, changes);
  else await alterUserOrClient(admin, request, changes);
  if (name === '') print(`Completed updating default config for ${type} in the cluster.`);
  else print(`Completed updating config for ${singular(type)} ${name}.`);
}

async function alterResource(admin: Admin, type: ResourceEntity, name: string, changes: Changes): Promise<void> {
  const { added, deleted } = changes;
  const known = new Set((await resourceConfigs(admin, type, name, false)).map((entry) => entry.name));
  if (type === 'broker-loggers') {
    const unknown = [...deleted, ...added.keys()].filter((logger) => !known.has(logger));
    if (unknown.length > 0) throw new ToolError(`Invalid broker logger(s): ${unknown.join(',')}`);
  }
  // Of groups, which are of Kafka 4, its tool leaves that to the broker.
  if (type !== 'groups') refuseUnset(deleted, known);
  await calling('incrementalAlterConfigs', () =>
    admin.incrementalAlterConfigs([
      {
        type: RESOURCES[type],
        name,
        changes: [
          ...Array.from(added, ([config, value]) => ({ name: config, value })),
          ...deleted.map((config) => ({ name: config, op: 'delete' as const })),
        ],
      },
    ]),
  );
}

function refuseUnset(deleted: readonly string[], known: ReadonlySet<string>): void {
  const unset = deleted.filter((name) => !known.has(name));
  if (unset.length > 0) throw new ToolError(`Invalid config(s): ${unset.join(',')}`);
}

async function alterIp(admin: Admin, request: ConfigRequest, changes: Changes): Promise<void> {
  const unknown = [...changes.added.keys(), ...changes.deleted].filter((name) => !IP_QUOTAS.includes(name));
  if (unknown.length > 0)
    throw new ToolError(
      `Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: ${unknown.join(',')}`,
    );
  await alterQuotas(admin, request, changes);
}

async function alterUserOrClient(admin: Admin, request: ConfigRequest, changes: Changes): Promise<void> {
  const { types, names } = request;
  const added = [...changes.added.keys()];
  const onlyQuotas = types.includes('clients');
  const isScram = (name: string): boolean => SCRAM.some((mechanism) => mechanism === name);
  const isKnown = (name: string): boolean => CLIENT_QUOTAS.includes(name) || (!onlyQuotas && isScram(name));
  const what = onlyQuotas
    ? "Only quota configs can be %s for 'clients'"
    : "Only quota and SCRAM credential configs can be %s for 'users'";
  const refuse = (verb: string, unknown: readonly string[], collection: string): void => {
    if (unknown.length === 0) return;
    const named = `${collection}(${unknown.join(', ')})`;
    throw new ToolError(`${what.replace('%s', verb)} using --bootstrap-server. Unexpected config names: ${named}`);
  };
  // Named as Scala prints the collections they are in.
  refuse(
    'added',
    added.filter((name) => !isKnown(name)),
    'Set',
  );
  refuse(
    'deleted',
    changes.deleted.filter((name) => !isKnown(name)),
    'ArrayBuffer',
  );
  const all = [...added, ...changes.deleted];
  if (!all.some(isScram)) return alterQuotas(admin, request, changes);
  if (names.includes(''))
    throw new ToolError(
      'The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.',
    );
  if (!all.every(isScram))
    throw new ToolError(
      "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.",
    );
  await alterScram(admin, names[0] ?? '', changes);
}

async function alterQuotas(admin: Admin, { types, names }: ConfigRequest, { added, deleted }: Changes): Promise<void> {
  const kinds = quotaTypes(types);
  if (kinds.length !== names.length)
    throw new ToolError('Exactly one entity name must be specified for every entity type');
  const [current] = await quotas(admin, kinds, names);
  refuseUnset(deleted, new Set(Object.keys(current?.values ?? {})));
  const values: Record<string, number | null> = {};
  for (const [name, text] of added) {
    const value = parseJavaDouble(text);
    if (value === undefined) throw new ToolError(`Cannot parse quota configuration value for ${name}: ${text}`);
    values[name] = value;
  }
  for (const name of deleted) values[name] = null;
  const entity = Object.fromEntries(kinds.map((type, index) => [QUOTA_TYPES[type], names[index] || null]));
  await calling('alterClientQuotas', () => admin.alterClientQuotas([{ entity, values }]));
}

async function alterScram(admin: Admin, user: string, { added, deleted }: Changes): Promise<void> {
  const alterations = SCRAM.flatMap((mechanism): ScramAlteration[] => {
    const text = added.get(mechanism);
    if (text !== undefined) return [{ user, mechanism, ...parseScram(mechanism, text) }];
    return deleted.includes(mechanism) ? [{ user, mechanism, delete: true }] : [];
  });
  await calling('alterUserScramCredentials', () => admin.alterUserScramCredentials(alterations)).catch(
    (error: unknown) => {
      if (error instanceof JavaError && error.kafka?.code === 'UNSUPPORTED_VERSION')
        throw new JavaError(
          error.className,
          'The broker keeps no SCRAM credentials (AlterUserScramCredentials)',
          error.kafka,
        );
      throw error;
    },
  );
}
