import { type Coordination, joinPath } from '@ottla/coordination';
import { paths } from '@ottla/coordination/cluster';
import { ErrorCode } from '@ottla/protocol';
import { writeConfig } from '../config/config-changes.task.ts';
import { type ApiError, apiError, NO_ERROR } from '../controller/api-error.ts';
import { loadQuota } from './quota-configs.task.ts';
import { quotaPath } from './quota-entity.ts';
import { parseEntity, quotaText } from './quota-requests.ts';

export interface QuotaAlteration {
  readonly entity: readonly { readonly entityType: string; readonly entityName: string | null }[];
  readonly ops: readonly { readonly key: string; readonly value: number; readonly remove: boolean }[];
}

/** One after the other (ZkAdminManager.alterClientQuotas). Answers in the order given. */
export async function alterQuotas(
  coordination: Coordination,
  alterations: readonly QuotaAlteration[],
  validateOnly: boolean,
): Promise<ApiError[]> {
  const results: ApiError[] = [];
  for (const alteration of alterations) results.push(await alter(coordination, alteration, validateOnly));
  return results;
}

async function alter(
  coordination: Coordination,
  { entity, ops }: QuotaAlteration,
  validateOnly: boolean,
): Promise<ApiError> {
  const parsed = parseEntity(entity);
  if (typeof parsed === 'string') return apiError(ErrorCode.INVALID_REQUEST, parsed);
  const path = quotaPath(parsed);
  // Other properties of the entity, a user's credentials, stay as they are.
  const properties = await loadQuota(coordination, path);
  if (properties === undefined) return apiError(ErrorCode.KAFKA_STORAGE_ERROR);
  for (const { key, value, remove } of ops) {
    const text = quotaText(key, value, parsed.ip !== undefined);
    if ('problem' in text) return apiError(ErrorCode.INVALID_REQUEST, text.problem);
    if (remove) properties.delete(key);
    else properties.set(key, text.value);
  }
  if (validateOnly) return NO_ERROR;
  const [type = '', ...rest] = path.split('/');
  // The folders above; that they exist already is no matter.
  for (let depth = 1; depth < rest.length; depth++) {
    await coordination.create(joinPath(paths.CONFIG, [type, ...rest.slice(0, depth)].join('/')), null);
  }
  const kind = type === 'users' || type === 'ips' ? type : 'clients';
  const written = await writeConfig(coordination, kind, rest.join('/'), properties);
  return written ? NO_ERROR : apiError(ErrorCode.KAFKA_STORAGE_ERROR);
}
