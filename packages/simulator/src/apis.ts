import * as protocol from '@ottla/protocol';

/** Request and response of each API the simulated clients use. */
export const apis = {
  produce: { request: protocol.ProduceRequest, response: protocol.ProduceResponse },
  fetch: { request: protocol.FetchRequest, response: protocol.FetchResponse },
  listOffsets: { request: protocol.ListOffsetsRequest, response: protocol.ListOffsetsResponse },
  metadata: { request: protocol.MetadataRequest, response: protocol.MetadataResponse },
  createTopics: { request: protocol.CreateTopicsRequest, response: protocol.CreateTopicsResponse },
  deleteTopics: { request: protocol.DeleteTopicsRequest, response: protocol.DeleteTopicsResponse },
  initProducerId: { request: protocol.InitProducerIdRequest, response: protocol.InitProducerIdResponse },
  findCoordinator: { request: protocol.FindCoordinatorRequest, response: protocol.FindCoordinatorResponse },
  joinGroup: { request: protocol.JoinGroupRequest, response: protocol.JoinGroupResponse },
  syncGroup: { request: protocol.SyncGroupRequest, response: protocol.SyncGroupResponse },
  heartbeat: { request: protocol.HeartbeatRequest, response: protocol.HeartbeatResponse },
  leaveGroup: { request: protocol.LeaveGroupRequest, response: protocol.LeaveGroupResponse },
  offsetCommit: { request: protocol.OffsetCommitRequest, response: protocol.OffsetCommitResponse },
  offsetFetch: { request: protocol.OffsetFetchRequest, response: protocol.OffsetFetchResponse },
  describeGroups: { request: protocol.DescribeGroupsRequest, response: protocol.DescribeGroupsResponse },
  offsetForLeaderEpoch: {
    request: protocol.OffsetForLeaderEpochRequest,
    response: protocol.OffsetForLeaderEpochResponse,
  },
} as const;
