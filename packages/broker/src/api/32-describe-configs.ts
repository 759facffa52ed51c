/**
 * DescribeConfigs, versions 0-4. v0 has a flag for defaults, which Kafka never sets; v1: source and synonyms (KIP-226);
 * v3: its type. Kafka's documentation texts are not carried: `documentation` is always null.
 */
import type { ConfigEntry } from '@ottla/common';
import {
  ApiKey,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  type DescribeConfigsResponseDescribeConfigsResourceResultInit,
  type DescribeConfigsResponseDescribeConfigsResultInit,
  type DescribeConfigsResponseInit,
  ErrorCode,
  errorMessage,
} from '@ottla/protocol';
import { configAuthorizationError } from '../config/config-authorization.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call } from './handler.ts';

type Answer = DescribeConfigsResponseDescribeConfigsResultInit;
type Resource = DescribeConfigsRequest['resources'][number];

export const describeConfigs: ApiHandler<DescribeConfigsRequest, DescribeConfigsResponseInit> = {
  key: ApiKey.DescribeConfigs,
  request: DescribeConfigsRequest,
  response: DescribeConfigsResponse,
  minVersion: 0,
  maxVersion: 4,
  handle(call, broker) {
    call.respond({
      throttleTimeMs: broker.quotas.record(call.context, 'request', 0),
      results: call.request.resources.map((resource) => describe(call, broker, resource)),
    });
  },
  onError(error, request) {
    return { throttleTimeMs: 0, results: request.resources.map((resource) => failed(resource, error)) };
  },
};

function describe(
  { context, request }: Call<DescribeConfigsRequest, DescribeConfigsResponseInit>,
  { authorizer, configs }: BrokerServices,
  resource: Resource,
): Answer {
  const { resourceType, resourceName } = resource;
  const target = { type: resourceType, name: resourceName };
  const denied = configAuthorizationError(authorizer, context, 'DescribeConfigs', target);
  if (denied !== undefined) return failed(resource, denied);
  const { error, message, entries } = configs.describe(target, resource.configurationKeys);
  return {
    errorCode: error,
    errorMessage: message ?? (error === ErrorCode.NONE ? '' : errorMessage(error)),
    resourceType,
    resourceName,
    configs: entries.map((entry) => configOf(entry, request.includeSynonyms)),
  };
}

function configOf(
  entry: ConfigEntry,
  includeSynonyms: boolean,
): DescribeConfigsResponseDescribeConfigsResourceResultInit {
  return {
    name: entry.name,
    value: entry.value,
    readOnly: entry.isReadOnly,
    configSource: entry.source,
    isSensitive: entry.isSensitive,
    synonyms: includeSynonyms ? entry.synonyms : [],
    configType: entry.type,
    documentation: null,
  };
}

function failed({ resourceType, resourceName }: Resource, error: ErrorCode): Answer {
  const text = error === ErrorCode.NONE ? null : errorMessage(error);
  return { errorCode: error, errorMessage: text, resourceType, resourceName, configs: [] };
}
