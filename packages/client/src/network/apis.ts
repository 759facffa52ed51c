/** The pairs of codecs that the client asks with. */
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  ProduceResponse,
} from '@ottla/protocol';

export const METADATA = { request: MetadataRequest, response: MetadataResponse };
export const API_VERSIONS = { request: ApiVersionsRequest, response: ApiVersionsResponse };
export const FIND_COORDINATOR = { request: FindCoordinatorRequest, response: FindCoordinatorResponse };
export const INIT_PRODUCER_ID = { request: InitProducerIdRequest, response: InitProducerIdResponse };
export const PRODUCE = { request: ProduceRequest, response: ProduceResponse };
