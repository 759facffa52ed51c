import { ErrorCode } from '@ottla/protocol';
import type { RequestContext } from '../api/handler.ts';
import type { Authorizer } from '../security/authorizer.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { ConfigResource } from './config-resource.ts';
import { RESOURCE_TYPE } from './config-resource.ts';

/** Why the client may not, undefined when it may: topics and groups are asked for by name, all else as the cluster. */
export function configAuthorizationError(
  authorizer: Authorizer,
  context: RequestContext,
  operation: 'AlterConfigs' | 'DescribeConfigs',
  { type, name }: ConfigResource,
): ErrorCode | undefined {
  switch (type) {
    case RESOURCE_TYPE.topic:
      if (authorizer.authorize(context, operation, 'Topic', name)) return undefined;
      return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    case RESOURCE_TYPE.group:
      if (authorizer.authorize(context, operation, 'Group', name)) return undefined;
      return ErrorCode.GROUP_AUTHORIZATION_FAILED;
    default:
      if (authorizer.authorize(context, operation, 'Cluster', CLUSTER_NAME)) return undefined;
      return ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
  }
}
