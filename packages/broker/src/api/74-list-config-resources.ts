/** ListConfigResources, versions 0-1 (KIP-1142). v0 lists client metrics subscriptions only, as it did under its first name. */
import {
  ApiKey,
  ErrorCode,
  ListConfigResourcesRequest,
  ListConfigResourcesResponse,
  type ListConfigResourcesResponseConfigResourceInit,
  type ListConfigResourcesResponseInit,
} from '@ottla/protocol';
import { RESOURCE_TYPE } from '../config/config-resource.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler } from './handler.ts';

const TYPES_SINCE = 1;

export const listConfigResources: ApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponseInit> = {
  key: ApiKey.ListConfigResources,
  request: ListConfigResourcesRequest,
  response: ListConfigResourcesResponse,
  minVersion: 0,
  maxVersion: 1,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'DescribeConfigs', 'Cluster', CLUSTER_NAME)) {
      call.respond(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
      return;
    }
    const all = context.apiVersion < TYPES_SINCE ? [RESOURCE_TYPE.clientMetrics] : Object.values(RESOURCE_TYPE);
    const wanted: readonly number[] = request.resourceTypes.length === 0 ? all : request.resourceTypes;
    if (wanted.some((type) => !all.some((known) => known === type))) {
      call.respond(failed(ErrorCode.UNSUPPORTED_VERSION));
      return;
    }
    const configResources: ListConfigResourcesResponseConfigResourceInit[] = [];
    for (const resourceType of new Set(wanted)) {
      for (const resourceName of namesOf(broker, resourceType)) configResources.push({ resourceName, resourceType });
    }
    const throttleTimeMs = broker.quotas.record(context, 'request', 0);
    call.respond({ throttleTimeMs, errorCode: ErrorCode.NONE, configResources });
  },
  onError: failed,
};

function namesOf({ metadata }: BrokerServices, type: number): string[] {
  switch (type) {
    case RESOURCE_TYPE.topic:
      return [...metadata.topicNames()];
    case RESOURCE_TYPE.broker:
    case RESOURCE_TYPE.brokerLogger:
      return [...metadata.liveBrokers()].map(({ id }) => String(id));
    default:
      return [];
  }
}

function failed(error: ErrorCode): ListConfigResourcesResponseInit {
  return { throttleTimeMs: 0, errorCode: error, configResources: [] };
}
