/** What kafkajs's admin refuses, in its words. */
import type {
  AclEntry,
  AclFilter,
  IResourceConfig,
  ITopicConfig,
  PartitionReassignment,
  ResourceConfigQuery,
} from './admin-types.ts';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ResourcePatternTypes,
} from './constants.ts';
import type { TopicPartitions } from './consumer-types.ts';
import { KafkaJSNonRetriableError } from './errors.ts';

export function refuse(message: string): never {
  throw new KafkaJSNonRetriableError(message);
}

/** As kafkajs shows it: the way of JavaScript. */
export function shown(value: unknown): string {
  return String(value);
}

export function checkGroup(groupId: unknown): void {
  if (typeof groupId !== 'string' || groupId === '') refuse(`Invalid groupId ${String(groupId)}`);
}

export function checkTopic(topic: unknown): void {
  if (typeof topic !== 'string' || topic === '') refuse(`Invalid topic ${String(topic)}`);
}

/** Entries that name a topic, each another one. */
export function checkTopicEntries(what: string, list: readonly { readonly topic: string }[]): void {
  if (!Array.isArray(list)) refuse(`Invalid ${what} array ${shown(list)}`);
  if (list.some(({ topic }) => typeof topic !== 'string'))
    refuse(`Invalid ${what} array, the topic names have to be a valid string`);
  if (new Set(list.map(({ topic }) => topic)).size < list.length)
    refuse(`Invalid ${what} array, it cannot have multiple entries for the same topic`);
}

export function checkNewTopics(topics: readonly ITopicConfig[]): void {
  checkTopicEntries('topics', topics);
  for (const { topic, configEntries } of topics) {
    if (configEntries === undefined || configEntries === null) continue;
    if (!Array.isArray(configEntries)) refuse(`Invalid configEntries for topic "${topic}", must be an array`);
    configEntries.forEach((entry: unknown, index) => {
      if (typeof entry !== 'object' || entry === null)
        refuse(`Invalid configEntries for topic "${topic}". Entry ${index} must be an object`);
      for (const property of ['name', 'value'])
        if (typeof Object.getOwnPropertyDescriptor(entry, property)?.value !== 'string')
          refuse(`Invalid configEntries for topic "${topic}". Entry ${index} must have a valid "${property}" property`);
    });
  }
}

type Resource = { readonly type: number; readonly name: string };

function checkResources<T extends Resource>(resources: readonly T[]): void {
  if (!Array.isArray(resources)) refuse(`Invalid resources array ${shown(resources)}`);
  if (resources.length === 0) refuse('Resources array cannot be empty');
  const known: readonly number[] = Object.values(ConfigResourceTypes);
  for (const resource of resources)
    if (!known.includes(resource.type)) refuse(`Invalid resource type ${resource.type}: ${JSON.stringify(resource)}`);
  for (const resource of resources)
    if (typeof resource.name !== 'string' || resource.name === '')
      refuse(`Invalid resource name ${String(resource.name)}: ${JSON.stringify(resource)}`);
}

export function checkConfigQueries(resources: readonly ResourceConfigQuery[]): void {
  checkResources(resources);
  for (const resource of resources) {
    const { configNames } = resource;
    if (configNames !== undefined && configNames !== null && !Array.isArray(configNames))
      refuse(`Invalid resource configNames ${String(configNames)}: ${JSON.stringify(resource)}`);
  }
}

export function checkConfigChanges(resources: readonly IResourceConfig[]): void {
  checkResources(resources);
  for (const resource of resources)
    if (!Array.isArray(resource.configEntries))
      refuse(`Invalid resource configEntries ${String(resource.configEntries)}: ${JSON.stringify(resource)}`);
  for (const resource of resources)
    if (resource.configEntries.some(({ name, value }) => typeof name !== 'string' || typeof value !== 'string'))
      refuse(`Invalid resource config value: ${JSON.stringify(resource)}`);
}

const ACL_KINDS = [
  ['operation', 'operation', AclOperationTypes],
  ['resourcePatternType', 'resource pattern', ResourcePatternTypes],
  ['permissionType', 'permission', AclPermissionTypes],
  ['resourceType', 'resource', AclResourceTypes],
] as const;

function isKind(kinds: Readonly<Record<string, number>>, value: number): boolean {
  return Object.values(kinds).includes(value);
}

export function checkAcls(list: readonly AclEntry[]): void {
  if (!Array.isArray(list)) refuse(`Invalid ACL array ${shown(list)}`);
  if (list.length === 0) refuse('Empty ACL array');
  for (const [field, what] of [
    ['principal', 'principals'],
    ['host', 'hosts'],
    ['resourceName', 'resourceNames'],
  ] as const)
    if (list.some((entry) => typeof entry[field] !== 'string'))
      refuse(`Invalid ACL array, the ${what} have to be a valid string`);
  for (const [field, what, kinds] of ACL_KINDS)
    for (const entry of list)
      if (!isKind(kinds, entry[field])) refuse(`Invalid ${what} type ${entry[field]}: ${JSON.stringify(entry)}`);
}

export function checkAclFilters(filters: readonly AclFilter[]): void {
  if (!Array.isArray(filters)) refuse(`Invalid ACL Filter array ${shown(filters)}`);
  if (filters.length === 0) refuse('Empty ACL Filter array');
  for (const field of ['principal', 'host', 'resourceName'] as const)
    if (filters.some((filter) => filter[field] !== undefined && typeof filter[field] !== 'string'))
      refuse(`Invalid ACL Filter array, the ${field}s have to be a valid string`);
  for (const [field, what, kinds] of ACL_KINDS)
    for (const filter of filters)
      if (!isKind(kinds, filter[field])) refuse(`Invalid ${what} type ${filter[field]}: ${JSON.stringify(filter)}`);
}

export function checkAclFilter(filter: AclFilter): void {
  for (const field of ['principal', 'host', 'resourceName'] as const)
    if (filter[field] !== undefined && typeof filter[field] !== 'string')
      refuse(`Invalid ${field}, the ${field} have to be a valid string`);
  for (const [field, what, kinds] of ACL_KINDS)
    if (!isKind(kinds, filter[field]))
      refuse(`Invalid ${what}${field === 'resourcePatternType' ? ' filter' : ''} type ${filter[field]}`);
}

export function checkReassignments(topics: readonly PartitionReassignment[]): void {
  checkTopicEntries('topics', topics);
  for (const { topic, partitionAssignment } of topics) {
    if (!Array.isArray(partitionAssignment))
      refuse(`Invalid partitions array: ${String(partitionAssignment)} for topic: ${topic}`);
    for (const { partition, replicas } of partitionAssignment) {
      if (typeof partition !== 'number' || partition < 0)
        refuse(`Invalid partitions index: ${String(partition)} for topic: ${topic}`);
      const where = `for topic: ${topic} on partition: ${partition}`;
      if (!Array.isArray(replicas)) refuse(`Invalid replica assignment: ${String(replicas)} ${where}`);
      if (replicas.some((id) => typeof id !== 'number' || id < 0))
        refuse(`Invalid replica assignment: ${String(replicas)} ${where}. Replicas must be a non negative number`);
    }
  }
}

export function checkPlaces(topics: readonly TopicPartitions[]): void {
  checkTopicEntries('topics', topics);
  for (const { topic, partitions } of topics) {
    if (!Array.isArray(partitions)) refuse(`Invalid partition array: ${String(partitions)} for topic: ${topic}`);
    if (partitions.some((one) => typeof one !== 'number' || one < 0))
      refuse(
        `Invalid partition array: ${String(partitions)} for topic: ${topic}. The partition indices have to be a valid number greater than 0.`,
      );
  }
}
