/** Quotas as requests name them: entity types, filters and values (KIP-546), checked in Kafka's words. */
import { type EntityQuotas, QUOTA_NAMES } from './quota-configs.ts';
import type { QuotaEntity } from './quota-entity.ts';

type Field = keyof QuotaEntity;

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['user', 'user'],
  ['client-id', 'clientId'],
  ['ip', 'ip'],
]);

const IP_QUOTA = 'connection_creation_rate';
/** Whole numbers, in Kafka's definition of the quotas. */
const WHOLE: ReadonlySet<string> = new Set(['producer_byte_rate', 'consumer_byte_rate', IP_QUOTA]);
const WHOLE_TOLERANCE = 1e-6;

/** The entity, or what is wrong with it. */
export function parseEntity(
  parts: readonly { readonly entityType: string; readonly entityName: string | null }[],
): QuotaEntity | string {
  if (parts.length === 0) return 'Invalid empty client quota entity';
  const entity: Partial<Record<Field, string | null>> = {};
  for (const { entityType, entityName } of parts) {
    const field = FIELDS.get(entityType);
    if (field === undefined) return `Unhandled client quota entity type: ${entityType}`;
    if (entityName === '') return `Empty ${entityType} not supported`;
    if (entity[field] !== undefined) return `Duplicate ${entityType} entity component in the request.`;
    entity[field] = entityName;
  }
  if (entity.ip !== undefined && parts.length > 1) {
    return 'Invalid quota entity combination, IP entity should not be combined with User or ClientId';
  }
  return entity;
}

/** A quota's value as it is stored, or what is wrong with it. */
export function quotaText(
  key: string,
  value: number,
  isOfAddress: boolean,
): { readonly value: string } | { readonly problem: string } {
  const name = QUOTA_NAMES.find((known) => known === key);
  if (name === undefined || (name === IP_QUOTA) !== isOfAddress) return { problem: `Invalid configuration key ${key}` };
  if (!WHOLE.has(key)) return { value: Number.isInteger(value) ? value.toFixed(1) : String(value) };
  const whole = Math.round(value);
  if (Math.abs(whole - value) > WHOLE_TOLERANCE) return { problem: `Configuration ${key} must be a Long value` };
  return { value: String(whole) };
}

export interface QuotaFilter {
  readonly entityType: string;
  /** 0: this name; 1: the default; 2: any. */
  readonly matchType: number;
  readonly match: string | null;
}

const EXACT = 0;
const DEFAULT = 1;

/** Which entities the components of a request want, or what is wrong with them. `strict`: only those without further parts. */
export function quotaMatcher(
  filters: readonly QuotaFilter[],
  isStrict: boolean,
): ((quotas: EntityQuotas) => boolean) | { readonly problem: string; readonly isUnknownType: boolean } {
  const wanted = new Map<Field, QuotaFilter>();
  for (const filter of filters) {
    const { entityType, matchType } = filter;
    const field = FIELDS.get(entityType);
    if (entityType === '') return { problem: 'Unexpected empty filter component entity type', isUnknownType: false };
    if (field === undefined) {
      return { problem: `Custom entity type '${entityType}' not supported`, isUnknownType: true };
    }
    if (wanted.has(field)) {
      return { problem: `Duplicate ${entityType} filter component entity type`, isUnknownType: false };
    }
    if (matchType !== EXACT && matchType !== DEFAULT && matchType !== 2) {
      return { problem: `Unexpected match type: ${matchType}`, isUnknownType: false };
    }
    wanted.set(field, filter);
  }
  if (wanted.has('ip') && wanted.size > 1) {
    const problem =
      'Invalid entity filter component combination, IP filter component should not be used with user or clientId filter component.';
    return { problem, isUnknownType: false };
  }
  return ({ entity }) => {
    for (const [field, { matchType, match }] of wanted) {
      const name = entity[field];
      if (name === undefined) return false;
      if (matchType === EXACT && name !== match) return false;
      if (matchType === DEFAULT && name !== null) return false;
    }
    return !isStrict || Object.keys(entity).length === wanted.size;
  };
}

/** The entity's parts as answers have them. */
export function entityParts(entity: QuotaEntity): { entityType: string; entityName: string | null }[] {
  const parts: { entityType: string; entityName: string | null }[] = [];
  for (const [entityType, field] of FIELDS) {
    const entityName = entity[field];
    if (entityName !== undefined) parts.push({ entityType, entityName });
  }
  return parts;
}
