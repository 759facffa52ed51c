/** The pairs of codecs that the client asks with. */
import {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
  ApiVersionsRequest,
  ApiVersionsResponse,
  EndTxnRequest,
  EndTxnResponse,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  ProduceResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '@ottla/protocol';

export const METADATA = { request: MetadataRequest, response: MetadataResponse };
export const API_VERSIONS = { request: ApiVersionsRequest, response: ApiVersionsResponse };
export const FIND_COORDINATOR = { request: FindCoordinatorRequest, response: FindCoordinatorResponse };
export const INIT_PRODUCER_ID = { request: InitProducerIdRequest, response: InitProducerIdResponse };
export const PRODUCE = { request: ProduceRequest, response: ProduceResponse };
export const ADD_PARTITIONS_TO_TXN = { request: AddPartitionsToTxnRequest, response: AddPartitionsToTxnResponse };
export const ADD_OFFSETS_TO_TXN = { request: AddOffsetsToTxnRequest, response: AddOffsetsToTxnResponse };
export const TXN_OFFSET_COMMIT = { request: TxnOffsetCommitRequest, response: TxnOffsetCommitResponse };
export const END_TXN = { request: EndTxnRequest, response: EndTxnResponse };
