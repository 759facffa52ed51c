import type { AlterConfigsResponseAlterConfigsResourceResponseInit } from '@ottla/protocol';
import { ErrorCode, errorMessage } from '@ottla/protocol';
import type { ApiError } from '../controller/api-error.ts';

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** One resource of an answer to AlterConfigs and IncrementalAlterConfigs. */
export function alterAnswer(
  { resourceType, resourceName }: Resource,
  result: ApiError | undefined,
): AlterConfigsResponseAlterConfigsResourceResponseInit {
  const errorCode = result?.error ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  return { errorCode, errorMessage: result?.message ?? null, resourceType, resourceName };
}

export function alterRefusal(
  { resourceType, resourceName }: Resource,
  error: ErrorCode,
): AlterConfigsResponseAlterConfigsResourceResponseInit {
  return { errorCode: error, errorMessage: errorMessage(error), resourceType, resourceName };
}
