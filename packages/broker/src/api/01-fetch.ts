/**
 * Fetch, versions 0-18. v0-1 answer in message format 0, v2-3 in format 1; v3 a limit over all partitions; v4 isolation;
 * v7 sessions (KIP-227); v9 leader epochs (KIP-320); v10 zstd; v11 rack; v12 diverging epochs (KIP-595); v13 topic ids;
 * v16 node endpoints (KIP-951). Preferred read replicas are never named: this broker's replicas are all leaders so far.
 */
import { ApiKey, type ErrorCode, FetchRequest, FetchResponse, type FetchResponseInit } from '@ottla/protocol';
import { FetchOperation } from '../replication/fetch-operation.ts';
import type { ApiHandler } from './handler.ts';

export const fetch: ApiHandler<FetchRequest, FetchResponseInit> = {
  key: ApiKey.Fetch,
  request: FetchRequest,
  response: FetchResponse,
  minVersion: 0,
  maxVersion: 18,
  handle(call, broker) {
    new FetchOperation(call, broker).start();
  },
  onError: errorResponse,
};

/** From v13 on the whole answer; before, also every partition, for clients that look only there. */
function errorResponse(errorCode: ErrorCode, request: FetchRequest, version: number): FetchResponseInit {
  const responses = request.topics.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map(({ partition }) => ({
      partitionIndex: partition,
      errorCode,
      highWatermark: -1,
      records: Buffer.alloc(0),
    })),
  }));
  return { errorCode, responses: version < 13 ? responses : [] };
}
