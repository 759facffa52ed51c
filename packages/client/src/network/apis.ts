/** The pairs of codecs that the client asks with. */
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  MetadataRequest,
  MetadataResponse,
} from '@ottla/protocol';

export const METADATA = { request: MetadataRequest, response: MetadataResponse };
export const API_VERSIONS = { request: ApiVersionsRequest, response: ApiVersionsResponse };
export const FIND_COORDINATOR = { request: FindCoordinatorRequest, response: FindCoordinatorResponse };
