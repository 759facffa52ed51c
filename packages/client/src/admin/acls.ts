/** ACLs (KIP-11, KIP-290): who may do what, as the brokers' authorizer keeps it. */
import { ErrorCode } from '@ottla/protocol';
import { checkCode } from '../errors.ts';
import { CREATE_ACLS, DELETE_ACLS, DESCRIBE_ACLS } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

/** Kafka's codes: their place in each list. */
const RESOURCE_TYPES = [
  'unknown',
  'any',
  'topic',
  'group',
  'cluster',
  'transactional-id',
  'delegation-token',
  'user',
] as const;
const PATTERN_TYPES = ['unknown', 'any', 'match', 'literal', 'prefixed'] as const;
const OPERATIONS = [
  'unknown',
  'any',
  'all',
  'read',
  'write',
  'create',
  'delete',
  'alter',
  'describe',
  'cluster-action',
  'describe-configs',
  'alter-configs',
  'idempotent-write',
  'create-tokens',
  'describe-tokens',
  'two-phase-commit',
] as const;
const PERMISSIONS = ['unknown', 'any', 'deny', 'allow'] as const;

/** `unknown`: the broker is newer than this client. */
export type AclResourceType = Exclude<(typeof RESOURCE_TYPES)[number], 'any'>;
export type AclPatternType = (typeof PATTERN_TYPES)[number];
export type AclOperation = Exclude<(typeof OPERATIONS)[number], 'any'>;
export type AclPermission = Exclude<(typeof PERMISSIONS)[number], 'any'>;

/** Java's AclBinding. */
export interface Acl {
  readonly resourceType: AclResourceType;
  /** `*` is a name of its own: any resource of that type. The cluster's is `kafka-cluster`. */
  readonly resourceName: string;
  /** `prefixed` needs Kafka 2.0. */
  readonly patternType: 'literal' | 'prefixed' | 'unknown';
  /** `User:alice`; `User:*` is everybody. */
  readonly principal: string;
  /** An address, or `*`. */
  readonly host: string;
  readonly operation: AclOperation;
  readonly permission: AclPermission;
}

/** Java's AclBindingFilter: what is left out is not looked at. */
export interface AclFilter {
  readonly resourceType?: AclResourceType | undefined;
  readonly resourceName?: string | undefined;
  /** `match`: whatever would decide about that name. Default: any. */
  readonly patternType?: AclPatternType | undefined;
  readonly principal?: string | undefined;
  readonly host?: string | undefined;
  readonly operation?: AclOperation | undefined;
  readonly permission?: AclPermission | undefined;
}

/** `allow User:alice from * to read topic orders (literal)`: how an ACL or a filter is named in results and errors. */
export function aclName(acl: AclFilter): string {
  const { permission = 'any', principal = 'anybody', host = 'anywhere', operation = 'do anything with' } = acl;
  const { resourceType = 'any', resourceName = 'name', patternType = 'any' } = acl;
  return `${permission} ${principal} from ${host} to ${operation} ${resourceType} ${resourceName} (${patternType})`;
}

export async function describeAcls(calls: Calls, filter: AclFilter): Promise<Acl[]> {
  const answer = await calls.ask(
    DESCRIBE_ACLS,
    'any',
    (version) => filterFields(filter, version),
    (res) => checkCode(res.errorCode, res.errorMessage),
    versionFor(filter),
  );
  return answer.resources.flatMap(({ resourceType, resourceName, patternType, acls }) =>
    acls.map((each) => aclOf({ ...each, resourceType, resourceName, patternType })),
  );
}

export async function createAcls(calls: Calls, acls: readonly Acl[]): Promise<void> {
  const answer = await calls.ask(
    CREATE_ACLS,
    'any',
    (version) => ({
      creations: acls.map(({ resourceType, resourceName, patternType, principal, host, operation, permission }) => ({
        resourceType: RESOURCE_TYPES.indexOf(resourceType),
        resourceName,
        ...(version >= 1 ? { resourcePatternType: PATTERN_TYPES.indexOf(patternType) } : {}),
        principal,
        host,
        operation: OPERATIONS.indexOf(operation),
        permissionType: PERMISSIONS.indexOf(permission),
      })),
    }),
    undefined,
    Math.max(0, ...acls.map(versionFor)),
  );
  const outcomes: Outcomes<true> = new Map();
  for (const [index, acl] of acls.entries()) {
    const { errorCode, errorMessage } = answer.results[index] ?? NO_RESULT;
    const topic = acl.resourceType === 'topic' ? acl.resourceName : undefined;
    outcomes.set(
      aclName(acl),
      outcome(errorCode, errorMessage, { topic }, () => true),
    );
  }
  settled(outcomes);
}

/** What was deleted, by `aclName` of the filter. */
export async function deleteAcls(calls: Calls, filters: readonly AclFilter[]): Promise<Map<string, Acl[]>> {
  const answer = await calls.ask(
    DELETE_ACLS,
    'any',
    (version) => ({ filters: filters.map((filter) => filterFields(filter, version)) }),
    undefined,
    Math.max(0, ...filters.map(versionFor)),
  );
  const outcomes: Outcomes<Acl[]> = new Map();
  for (const [index, filter] of filters.entries()) {
    const { errorCode, errorMessage, matchingAcls } = answer.filterResults[index] ?? NO_RESULT;
    const failed = matchingAcls.find((each) => each.errorCode !== ErrorCode.NONE);
    const code = failed?.errorCode ?? errorCode;
    outcomes.set(
      aclName(filter),
      outcome(code, failed?.errorMessage ?? errorMessage, {}, () => matchingAcls.map(aclOf)),
    );
  }
  return settled(outcomes);
}

const NO_RESULT = { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, errorMessage: null, matchingAcls: [] };

/** Before version 1 there are literal patterns only. */
function versionFor({ patternType = 'any' }: AclFilter): number {
  return patternType === 'literal' || patternType === 'any' ? 0 : 1;
}

interface FilterFields {
  readonly resourceTypeFilter: number;
  readonly resourceNameFilter: string | null;
  readonly patternTypeFilter?: number;
  readonly principalFilter: string | null;
  readonly hostFilter: string | null;
  readonly operation: number;
  readonly permissionType: number;
}

function filterFields(filter: AclFilter, version: number): FilterFields {
  const { resourceType = 'any', patternType = 'any', operation = 'any', permission = 'any' } = filter;
  return {
    resourceTypeFilter: RESOURCE_TYPES.indexOf(resourceType),
    resourceNameFilter: filter.resourceName ?? null,
    ...(version >= 1 ? { patternTypeFilter: PATTERN_TYPES.indexOf(patternType) } : {}),
    principalFilter: filter.principal ?? null,
    hostFilter: filter.host ?? null,
    operation: OPERATIONS.indexOf(operation),
    permissionType: PERMISSIONS.indexOf(permission),
  };
}

function aclOf(each: {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly patternType: number;
  readonly principal: string;
  readonly host: string;
  readonly operation: number;
  readonly permissionType: number;
}): Acl {
  const { resourceName, principal, host } = each;
  const patternType = PATTERN_TYPES[each.patternType];
  return {
    resourceType: known(RESOURCE_TYPES[each.resourceType]),
    resourceName,
    patternType: patternType === 'literal' || patternType === 'prefixed' ? patternType : 'unknown',
    principal,
    host,
    operation: known(OPERATIONS[each.operation]),
    permission: known(PERMISSIONS[each.permissionType]),
  };
}

/** `any` is for filters: no ACL has it. */
function known<T extends string>(name: T | 'any' | 'unknown' | undefined): T | 'unknown' {
  return name === undefined || name === 'any' ? 'unknown' : name;
}
