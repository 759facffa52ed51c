import { checkCode } from '../errors.ts';
import { ALTER_CLIENT_QUOTAS, DESCRIBE_CLIENT_QUOTAS } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

/** Whom a quota is for: names by type (`user`, `client-id`, `ip`); null is the type's default. */
export type QuotaEntity = Readonly<Record<string, string | null>>;

export interface QuotaFilter {
  /** By type: a name, null for the default, `'any'` as `true`. */
  readonly entity: Readonly<Record<string, string | null | true>>;
  /** No entities that have other types as well. */
  readonly strict?: boolean | undefined;
}

export interface ClientQuota {
  readonly entity: QuotaEntity;
  /** E.g. `producer_byte_rate`. */
  readonly values: Readonly<Record<string, number>>;
}

const EXACT = 0;
const DEFAULT = 1;
const ANY = 2;

export async function describeClientQuotas(calls: Calls, filter: QuotaFilter): Promise<ClientQuota[]> {
  const request = {
    components: Object.entries(filter.entity).map(([entityType, name]) => ({
      entityType,
      matchType: name === true ? ANY : name === null ? DEFAULT : EXACT,
      match: typeof name === 'string' ? name : null,
    })),
    strict: filter.strict ?? false,
  };
  const answer = await calls.ask(DESCRIBE_CLIENT_QUOTAS, 'any', request, (res) =>
    checkCode(res.errorCode, res.errorMessage),
  );
  return (answer.entries ?? []).map(({ entity, values }) => ({
    entity: Object.fromEntries(entity.map(({ entityType, entityName }) => [entityType, entityName])),
    values: Object.fromEntries(values.map(({ key, value }) => [key, value])),
  }));
}

/** A value of null takes the quota away. */
export async function alterClientQuotas(
  calls: Calls,
  changes: readonly { readonly entity: QuotaEntity; readonly values: Readonly<Record<string, number | null>> }[],
  validateOnly: boolean,
): Promise<void> {
  const request = {
    entries: changes.map(({ entity, values }) => ({
      entity: Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName })),
      ops: Object.entries(values).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
    })),
    validateOnly,
  };
  const answer = await calls.controller(ALTER_CLIENT_QUOTAS, request, (res) =>
    res.entries.map((each) => each.errorCode),
  );
  const outcomes: Outcomes<true> = new Map();
  for (const { entity, errorCode, errorMessage } of answer.entries) {
    const name = entity.map(({ entityType, entityName }) => `${entityType} ${entityName ?? '<default>'}`).join(', ');
    outcomes.set(
      name,
      outcome(errorCode, errorMessage, {}, () => true),
    );
  }
  settled(outcomes);
}
