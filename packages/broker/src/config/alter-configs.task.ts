import type { ConfigDef } from '@ottla/common';
import { BROKER_CONFIG_DEF, ConfigException, TOPIC_CONFIG_DEF } from '@ottla/common';
import { paths } from '@ottla/coordination/cluster';
import { ErrorCode } from '@ottla/protocol';
import type { ApiError } from '../controller/api-error.ts';
import { apiError, NO_ERROR } from '../controller/api-error.ts';
import type { ConfigAdmin } from './config-admin.ts';
import { readConfig, writeConfig } from './config-changes.task.ts';
import type { ConfigResource } from './config-resource.ts';
import { RESOURCE_TYPE, resourceText, resourceTypeName } from './config-resource.ts';
import { brokerIdOf } from './describe-configs.ts';

export interface ConfigChange extends ConfigResource {
  readonly properties: readonly { readonly name: string; readonly value: string | null }[];
}

/** AlterConfigOp.OpType. */
export const OPERATION = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

export interface ConfigOperation {
  readonly name: string;
  readonly operation: number;
  readonly value: string | null;
}

type Incremental = ConfigResource & { readonly operations: readonly ConfigOperation[] };

/** The whole set of properties that a resource is to have, or why it can't. */
type Target = { readonly resource: ConfigResource; readonly properties: Map<string, string> } | ApiError;

/** Replaces all properties of each resource (ZkAdminManager.alterConfigs). */
export async function alterConfigs(
  admin: ConfigAdmin,
  changes: readonly ConfigChange[],
  validateOnly: boolean,
): Promise<ApiError[]> {
  const duplicates = duplicated(changes);
  const results: ApiError[] = [];
  for (const change of changes) {
    const refusal =
      (duplicates.has(change) ? invalid('Each resource must appear at most once.') : undefined) ??
      entriesProblem(change.properties) ??
      brokerProblem(admin, change);
    results.push(
      refusal ?? (await apply(admin, { resource: change, properties: asMap(change.properties) }, validateOnly)),
    );
  }
  await admin.applied();
  return results;
}

/** Sets, deletes, appends to and subtracts from properties (KIP-339, ZkAdminManager.incrementalAlterConfigs). */
export async function incrementalAlterConfigs(
  admin: ConfigAdmin,
  changes: readonly Incremental[],
  validateOnly: boolean,
): Promise<ApiError[]> {
  const duplicates = duplicated(changes);
  const results: ApiError[] = [];
  for (const change of changes) {
    const refusal =
      (duplicates.has(change) ? invalid('Each resource must appear at most once.') : undefined) ??
      entriesProblem(change.operations.filter(({ operation }) => operation !== OPERATION.delete)) ??
      duplicateNames(change.operations) ??
      brokerProblem(admin, change);
    results.push(refusal ?? (await apply(admin, await merged(admin, change), validateOnly)));
  }
  await admin.applied();
  return results;
}

async function apply(admin: ConfigAdmin, target: Target, validateOnly: boolean): Promise<ApiError> {
  if (!('properties' in target)) return target;
  const { resource, properties } = target;
  const { coordination, metadata, config, logger } = admin.deps;
  try {
    if (resource.type === RESOURCE_TYPE.topic) {
      if (resource.name === '') return invalid('Default topic resources are not allowed.');
      if (metadata.topic(resource.name) === undefined) {
        return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${resource.name}' does not exist.`);
      }
      admin.topics.validate(properties);
    } else if (resource.type === RESOURCE_TYPE.broker) {
      config.validate(properties, resource.name !== '');
    } else {
      return unsupported(resource);
    }
  } catch (error) {
    if (!(error instanceof ConfigException)) throw error;
    if (resource.type === RESOURCE_TYPE.broker) return invalid(error.message);
    if (error.javaClass === 'org.apache.kafka.common.errors.InvalidConfigurationException') {
      return apiError(ErrorCode.INVALID_CONFIG, error.message);
    }
    const text = `Invalid config value for resource ${resourceText(resource)}: ${error.message}`;
    return apiError(ErrorCode.INVALID_CONFIG, text);
  }
  if (validateOnly) return NO_ERROR;
  const type = resource.type === RESOURCE_TYPE.topic ? 'topics' : 'brokers';
  const name = resource.name === '' ? paths.DEFAULT_ENTITY : resource.name;
  if (await writeConfig(coordination, type, name, properties)) return NO_ERROR;
  logger.error(`The properties of ${resourceText(resource)} can't be written`);
  return apiError(ErrorCode.KAFKA_STORAGE_ERROR);
}

async function merged(admin: ConfigAdmin, change: Incremental): Promise<Target> {
  if (change.type !== RESOURCE_TYPE.topic && change.type !== RESOURCE_TYPE.broker) return unsupported(change);
  const isTopic = change.type === RESOURCE_TYPE.topic;
  if (isTopic && change.name === '') return invalid('Default topic resources are not allowed.');
  const entity = change.name === '' ? paths.DEFAULT_ENTITY : change.name;
  const stored = await readConfig(admin.deps.coordination, isTopic ? 'topics' : 'brokers', entity);
  if (stored === undefined) return apiError(ErrorCode.KAFKA_STORAGE_ERROR);
  const problem = applyOperations(stored, change.operations, isTopic ? TOPIC_CONFIG_DEF : BROKER_CONFIG_DEF);
  return problem ?? { resource: change, properties: stored };
}

/** Changes `properties` in place (ConfigAdminManager.prepareIncrementalConfigs). */
function applyOperations(
  properties: Map<string, string>,
  operations: readonly ConfigOperation[],
  definition: ConfigDef,
): ApiError | undefined {
  for (const { name, operation, value } of operations) {
    if (operation === OPERATION.delete) {
      properties.delete(name);
      continue;
    }
    const text = value ?? '';
    if (operation === OPERATION.set) {
      properties.set(name, text);
      continue;
    }
    if (operation !== OPERATION.append && operation !== OPERATION.subtract) {
      return invalid(`Unknown operations type ${operation}`);
    }
    const key = definition.key(name);
    if (key === undefined) return apiError(ErrorCode.INVALID_CONFIG, `Unknown config name: ${name}`);
    const verb = operation === OPERATION.append ? 'append' : 'subtract';
    if (key.type !== 'LIST') {
      return apiError(ErrorCode.INVALID_CONFIG, `Config value ${verb} is not allowed for config key: ${name}`);
    }
    const old = (properties.get(name) ?? key.defaultText ?? '').split(',').filter((item) => item !== '');
    const items = text.split(',');
    const next =
      operation === OPERATION.append ? [...old, ...items.filter((item) => !old.includes(item))] : without(old, items);
    properties.set(name, next.join(','));
  }
  return undefined;
}

/** Each item once for each time it is named, as Scala's `diff`. */
function without(list: readonly string[], items: readonly string[]): string[] {
  const left = [...list];
  for (const item of items) {
    const index = left.indexOf(item);
    if (index !== -1) left.splice(index, 1);
  }
  return left;
}

/** Every change whose resource another one names too. */
function duplicated<T extends ConfigResource>(changes: readonly T[]): Set<T> {
  const first = new Map<string, T>();
  const found = new Set<T>();
  for (const change of changes) {
    const key = `${change.type} ${change.name}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, change);
    else found.add(other).add(change);
  }
  return found;
}

function entriesProblem(
  entries: readonly { readonly name: string; readonly value: string | null }[],
): ApiError | undefined {
  const nulls = entries.filter(({ value }) => value === null).map(({ name }) => name);
  if (nulls.length > 0) return invalid(`Null value not supported for : ${nulls.join(', ')}`);
  return duplicateNames(entries);
}

function duplicateNames(entries: readonly { readonly name: string }[]): ApiError | undefined {
  const names = new Set(entries.map(({ name }) => name));
  return names.size === entries.length ? undefined : invalid('Error due to duplicate config keys');
}

/** A broker's own properties are changed at that broker. */
function brokerProblem(admin: ConfigAdmin, resource: ConfigResource): ApiError | undefined {
  if (resource.type !== RESOURCE_TYPE.broker || resource.name === '') return undefined;
  const id = brokerIdOf(resource.name);
  if (typeof id === 'string') return invalid(`Node id must be an integer, but it is: ${resource.name}`);
  if (id === admin.deps.brokerId) return undefined;
  return invalid(`Unexpected broker id, expected ${admin.deps.brokerId}, but received ${resource.name}`);
}

function unsupported({ type }: ConfigResource): ApiError {
  if (type !== RESOURCE_TYPE.clientMetrics) return invalid(`Unknown resource type ${type}`);
  return invalid(
    `AlterConfigs is only supported for topics and brokers, but resource type is ${resourceTypeName(type)}`,
  );
}

function asMap(entries: readonly { readonly name: string; readonly value: string | null }[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const { name, value } of entries) if (value !== null) map.set(name, value);
  return map;
}

function invalid(message: string): ApiError {
  return apiError(ErrorCode.INVALID_REQUEST, message);
}
