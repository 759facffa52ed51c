/**
 * DescribeLogDirs, versions 0-5 (KIP-113): the log directories, and what their partitions take. v3: a top-level error;
 * v4: total and free bytes (KIP-827); v5: cordoned directories, of which there are none here.
 */
import {
  ApiKey,
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
  type DescribeLogDirsResponseInit,
  ErrorCode,
} from '@ottla/protocol';
import { describeLogDirs as describe } from '../replication/describe-log-dirs.task.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { ApiHandler } from './handler.ts';

export const describeLogDirs: ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponseInit> = {
  key: ApiKey.DescribeLogDirs,
  request: DescribeLogDirsRequest,
  response: DescribeLogDirsResponse,
  minVersion: 0,
  maxVersion: 5,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'Describe', 'Cluster', CLUSTER_NAME)) {
      call.respond(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
      return;
    }
    void describe(broker.logs, broker.platform.disk, request.topics).then((results) =>
      call.respond({ throttleTimeMs: broker.quotas.record(context, 'request', 0), results }),
    );
  },
  onError: failed,
};

/** Before v3 there is no place for an error of the whole: no results. */
function failed(errorCode: ErrorCode): DescribeLogDirsResponseInit {
  return { throttleTimeMs: 0, errorCode, results: [] };
}
