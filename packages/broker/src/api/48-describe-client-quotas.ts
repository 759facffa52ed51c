/** DescribeClientQuotas, versions 0-1 (KIP-546). */
import {
  ApiKey,
  DescribeClientQuotasRequest,
  DescribeClientQuotasResponse,
  type DescribeClientQuotasResponseInit,
  ErrorCode,
} from '@ottla/protocol';
import { entityParts, quotaMatcher } from '../quota/quota-requests.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { ApiHandler } from './handler.ts';

export const describeClientQuotas: ApiHandler<DescribeClientQuotasRequest, DescribeClientQuotasResponseInit> = {
  key: ApiKey.DescribeClientQuotas,
  request: DescribeClientQuotasRequest,
  response: DescribeClientQuotasResponse,
  minVersion: 0,
  maxVersion: 1,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'DescribeConfigs', 'Cluster', CLUSTER_NAME)) {
      call.respond(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
      return;
    }
    const matches = quotaMatcher(request.components, request.strict);
    if (typeof matches !== 'function') {
      const error = matches.isUnknownType ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.INVALID_REQUEST;
      call.respond({ ...failed(error), errorMessage: matches.problem });
      return;
    }
    const entries = [...broker.configs.quotas.all()].filter(matches).map(({ entity, quotas }) => ({
      entity: entityParts(entity),
      values: [...quotas].map(([key, value]) => ({ key, value })),
    }));
    const throttleTimeMs = broker.quotas.record(context, 'request', 0);
    call.respond({ throttleTimeMs, errorCode: ErrorCode.NONE, errorMessage: null, entries });
  },
  onError: failed,
};

function failed(error: ErrorCode): DescribeClientQuotasResponseInit {
  return { throttleTimeMs: 0, errorCode: error, errorMessage: null, entries: null };
}
