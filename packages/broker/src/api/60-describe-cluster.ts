/** DescribeCluster, versions 0-2 (KIP-700). v1: brokers or controllers are asked for; v2: fenced brokers, of which there are none. */
import {
  ApiKey,
  DescribeClusterRequest,
  DescribeClusterResponse,
  type DescribeClusterResponseInit,
  ErrorCode,
  errorMessage,
} from '@ottla/protocol';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { ApiHandler } from './handler.ts';

const BROKERS = 1;
const CONTROLLERS = 2;
/** Operations were not asked for. */
const NO_OPERATIONS = -2147483648;

export const describeCluster: ApiHandler<DescribeClusterRequest, DescribeClusterResponseInit> = {
  key: ApiKey.DescribeCluster,
  request: DescribeClusterRequest,
  response: DescribeClusterResponse,
  minVersion: 0,
  maxVersion: 2,
  handle(call, broker) {
    const { context, request } = call;
    const { authorizer, metadata } = broker;
    if (request.endpointType === CONTROLLERS) {
      call.respond({
        ...failed(ErrorCode.MISMATCHED_ENDPOINT_TYPE),
        errorMessage:
          'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
      });
      return;
    }
    if (request.endpointType !== BROKERS) {
      const text = `Unsupported endpoint type ${request.endpointType}`;
      call.respond({ ...failed(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE), errorMessage: text });
      return;
    }
    const mayDescribe = authorizer.authorize(context, 'Describe', 'Cluster', CLUSTER_NAME);
    const operations = mayDescribe ? authorizer.authorizedOperations(context, 'Cluster', CLUSTER_NAME) : 0;
    call.respond({
      throttleTimeMs: broker.quotas.record(context, 'request', 0),
      errorCode: ErrorCode.NONE,
      endpointType: BROKERS,
      clusterId: metadata.clusterId,
      controllerId: metadata.controllerId,
      brokers: metadata
        .brokers(context.listener)
        .map(({ id, host, port, rack }) => ({ brokerId: id, host, port, rack })),
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? operations : NO_OPERATIONS,
    });
  },
  onError: failed,
};

function failed(error: ErrorCode): DescribeClusterResponseInit {
  return { throttleTimeMs: 0, errorCode: error, errorMessage: errorMessage(error), clusterId: '', brokers: [] };
}
