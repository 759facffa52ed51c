/** Configs and ACLs of kafkajs's admin. */
import { ErrorCode } from '@ottla/protocol';
import { ALTER_CONFIGS, DESCRIBE_CONFIGS } from '../admin/apis.ts';
import type { NodeTarget } from '../network/cluster.ts';
import { CREATE_ACLS, DELETE_ACLS, DESCRIBE_ACLS } from './acl-apis.ts';
import { checkAclFilter, checkAclFilters, checkAcls, checkConfigChanges, checkConfigQueries } from './admin-checks.ts';
import type {
  AclEntry,
  AclFilter,
  AlterConfigsResponse,
  DeleteAclFilterResponses,
  DescribeAclResource,
  DescribeConfigResponse,
  IResourceConfig,
  ResourceConfigQuery,
} from './admin-types.ts';
import { ConfigResourceTypes, ConfigSource } from './constants.ts';
import { protocolError } from './error-mapping.ts';
import type { Link } from './link.ts';

const SOURCE_FROM = 1;

/** A broker's configs are its own to tell and to change. */
function byBroker<T extends { readonly type: number; readonly name: string }>(
  list: readonly T[],
): Map<NodeTarget, T[]> {
  const groups = new Map<NodeTarget, T[]>();
  for (const resource of list) {
    const isOfBroker =
      resource.type === ConfigResourceTypes.BROKER || resource.type === ConfigResourceTypes.BROKER_LOGGER;
    const node = isOfBroker ? Number(resource.name) : 'controller';
    groups.set(node, [...(groups.get(node) ?? []), resource]);
  }
  return groups;
}

function throwFirst(results: readonly { readonly errorCode: number }[]): void {
  for (const { errorCode } of results) if (errorCode !== ErrorCode.NONE) throw protocolError(errorCode);
}

export async function describeConfigs(
  link: Link,
  { resources, includeSynonyms = false }: { resources: ResourceConfigQuery[]; includeSynonyms?: boolean },
): Promise<DescribeConfigResponse> {
  checkConfigQueries(resources);
  const answers = await Promise.all(
    Array.from(byBroker(resources), ([node, list]) =>
      link.retrying(() =>
        link.ask(DESCRIBE_CONFIGS, node, (version) => ({
          resources: list.map(({ type, name, configNames }) => ({
            resourceType: type,
            resourceName: name,
            configurationKeys: configNames ?? null,
          })),
          ...(version >= SOURCE_FROM ? { includeSynonyms } : {}),
        })),
      ),
    ),
  );
  const results = answers.flatMap((answer) => answer.results);
  throwFirst(results);
  return {
    throttleTime: 0,
    resources: results.map(({ errorCode, errorMessage, resourceType, resourceName, configs }) => ({
      errorCode,
      errorMessage: errorMessage ?? '',
      resourceType,
      resourceName,
      configEntries: configs.map(({ name, value, readOnly, configSource, isSensitive, synonyms }) => ({
        configName: name,
        configValue: value ?? '',
        readOnly,
        isDefault: configSource === ConfigSource.DEFAULT_CONFIG,
        configSource,
        isSensitive,
        configSynonyms: synonyms.map((one) => ({
          configName: one.name,
          configValue: one.value ?? '',
          configSource: one.source,
        })),
      })),
    })),
  };
}

export async function alterConfigs(
  link: Link,
  { resources, validateOnly = false }: { resources: IResourceConfig[]; validateOnly?: boolean },
): Promise<AlterConfigsResponse> {
  checkConfigChanges(resources);
  const answers = await Promise.all(
    Array.from(byBroker(resources), ([node, list]) =>
      link.retrying(() =>
        link.ask(ALTER_CONFIGS, node, {
          resources: list.map(({ type, name, configEntries }) => ({
            resourceType: type,
            resourceName: name,
            configs: configEntries,
          })),
          validateOnly,
        }),
      ),
    ),
  );
  const results = answers.flatMap((answer) => answer.responses);
  throwFirst(results);
  return {
    resources: results.map(({ errorCode, errorMessage, resourceType, resourceName }) => ({
      errorCode,
      errorMessage,
      resourceType,
      resourceName,
    })),
  };
}

export async function createAcls(link: Link, acl: readonly AclEntry[]): Promise<boolean> {
  checkAcls(acl);
  const answer = await link.askController('Could not create ACL', CREATE_ACLS, { creations: [...acl] }, ({ results }) =>
    results.map(({ errorCode }) => errorCode),
  );
  throwFirst(answer.results);
  return true;
}

function filterOf(filter: AclFilter): Parameters<typeof DELETE_ACLS.request.encode>[1]['filters'][number] {
  return {
    resourceTypeFilter: filter.resourceType,
    resourceNameFilter: filter.resourceName ?? null,
    patternTypeFilter: filter.resourcePatternType,
    principalFilter: filter.principal ?? null,
    hostFilter: filter.host ?? null,
    operation: filter.operation,
    permissionType: filter.permissionType,
  };
}

export async function describeAcls(link: Link, filter: AclFilter): Promise<{ resources: DescribeAclResource[] }> {
  checkAclFilter(filter);
  const answer = await link.askController(
    'Could not describe ACL',
    DESCRIBE_ACLS,
    filterOf(filter),
    ({ errorCode }) => [errorCode],
  );
  throwFirst([answer]);
  return {
    resources: answer.resources.map(({ resourceType, resourceName, patternType, acls }) => ({
      resourceType,
      resourceName,
      resourcePatternType: patternType,
      acls: acls.map(({ principal, host, operation, permissionType }) => ({
        principal,
        host,
        operation,
        permissionType,
      })),
    })),
  };
}

export async function deleteAcls(
  link: Link,
  filters: readonly AclFilter[],
): Promise<{ filterResponses: DeleteAclFilterResponses[] }> {
  checkAclFilters(filters);
  const answer = await link.askController(
    'Could not delete ACL',
    DELETE_ACLS,
    { filters: filters.map(filterOf) },
    ({ filterResults }) => filterResults.map(({ errorCode }) => errorCode),
  );
  throwFirst(answer.filterResults);
  return {
    filterResponses: answer.filterResults.map(({ errorCode, errorMessage, matchingAcls }) => ({
      errorCode,
      errorMessage,
      matchingAcls: matchingAcls.map((acl) => ({
        errorCode: acl.errorCode,
        errorMessage: acl.errorMessage,
        resourceType: acl.resourceType,
        resourceName: acl.resourceName,
        resourcePatternType: acl.patternType,
        principal: acl.principal,
        host: acl.host,
        operation: acl.operation,
        permissionType: acl.permissionType,
      })),
    })),
  };
}
