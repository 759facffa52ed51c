/**
 * Produce, versions 0-13. v0-2 carry the old formats; v3 the transactional id; v8 errors by record (KIP-467); v10 the new
 * leader (KIP-951); v11 TRANSACTION_ABORTABLE; v12 implicit AddPartitionsToTxn (KIP-890); v13 topic ids (KIP-516).
 *
 * acks=0 has no answer; when any partition fails the connection is closed. There are no transactions yet: transactional
 * batches get INVALID_TXN_STATE, as from a coordinator that knows of no open one.
 */
import { ApiKey, type ErrorCode, ProduceRequest, ProduceResponse, type ProduceResponseInit } from '@ottla/protocol';
import { ProduceOperation } from '../replication/produce-operation.ts';
import type { ApiHandler } from './handler.ts';

export const produce: ApiHandler<ProduceRequest, ProduceResponseInit> = {
  key: ApiKey.Produce,
  request: ProduceRequest,
  response: ProduceResponse,
  minVersion: 0,
  maxVersion: 13,
  inOrder: false,
  handle(call, broker) {
    new ProduceOperation(call, broker).start();
  },
  onError: errorResponse,
};

function errorResponse(errorCode: ErrorCode, request: ProduceRequest): ProduceResponseInit {
  return {
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1 })),
    })),
  };
}
