/** AlterClientQuotas, versions 0-1 (KIP-546). */
import {
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
  type AlterClientQuotasResponseInit,
  ApiKey,
  ErrorCode,
} from '@ottla/protocol';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { ApiHandler } from './handler.ts';
import { respondLater } from './respond-later.ts';

export const alterClientQuotas: ApiHandler<AlterClientQuotasRequest, AlterClientQuotasResponseInit> = {
  key: ApiKey.AlterClientQuotas,
  request: AlterClientQuotasRequest,
  response: AlterClientQuotasResponse,
  minVersion: 0,
  maxVersion: 1,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'AlterConfigs', 'Cluster', CLUSTER_NAME)) {
      call.respond(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, request));
      return;
    }
    const { entries } = request;
    respondLater(
      alterClientQuotas,
      call,
      broker,
      broker.configs.alterQuotas(entries, request.validateOnly).then((results) => ({
        throttleTimeMs: broker.quotas.record(context, 'request', 0),
        entries: entries.map(({ entity }, index) => ({
          entity,
          errorCode: results[index]?.error ?? ErrorCode.UNKNOWN_SERVER_ERROR,
          errorMessage: results[index]?.message ?? null,
        })),
      })),
    );
  },
  onError: failed,
};

function failed(error: ErrorCode, { entries }: AlterClientQuotasRequest): AlterClientQuotasResponseInit {
  return {
    throttleTimeMs: 0,
    entries: entries.map(({ entity }) => ({ entity, errorCode: error, errorMessage: null })),
  };
}
