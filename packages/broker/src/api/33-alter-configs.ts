/** AlterConfigs, versions 0-2: replaces all properties of each resource (KIP-133). IncrementalAlterConfigs is its better. */
import {
  AlterConfigsRequest,
  AlterConfigsResponse,
  type AlterConfigsResponseInit,
  ApiKey,
  type ErrorCode,
} from '@ottla/protocol';
import { configAuthorizationError } from '../config/config-authorization.ts';
import { alterAnswer, alterRefusal } from './alter-answer.ts';
import type { ApiHandler } from './handler.ts';
import { respondLater } from './respond-later.ts';

export const alterConfigs: ApiHandler<AlterConfigsRequest, AlterConfigsResponseInit> = {
  key: ApiKey.AlterConfigs,
  request: AlterConfigsRequest,
  response: AlterConfigsResponse,
  minVersion: 0,
  maxVersion: 2,
  handle(call, broker) {
    const { context, request } = call;
    const denied = new Map<(typeof request.resources)[number], ErrorCode>();
    for (const resource of request.resources) {
      const target = { type: resource.resourceType, name: resource.resourceName };
      const error = configAuthorizationError(broker.authorizer, context, 'AlterConfigs', target);
      if (error !== undefined) denied.set(resource, error);
    }
    const allowed = request.resources.filter((resource) => !denied.has(resource));
    const changes = allowed.map(({ resourceType, resourceName, configs }) => ({
      type: resourceType,
      name: resourceName,
      properties: configs,
    }));
    respondLater(
      alterConfigs,
      call,
      broker,
      broker.configs.alter(changes, request.validateOnly).then((results) => ({
        throttleTimeMs: broker.quotas.record(context, 'controller-mutation', 0),
        responses: [
          ...allowed.map((resource, index) => alterAnswer(resource, results[index])),
          ...[...denied].map(([resource, error]) => alterRefusal(resource, error)),
        ],
      })),
    );
  },
  onError(error, request) {
    return { throttleTimeMs: 0, responses: request.resources.map((resource) => alterRefusal(resource, error)) };
  },
};
