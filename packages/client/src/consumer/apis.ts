/** What a consumer asks brokers. */
import {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  FetchRequest,
  FetchResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '@ottla/protocol';

export const FETCH = { request: FetchRequest, response: FetchResponse };
export const LIST_OFFSETS = { request: ListOffsetsRequest, response: ListOffsetsResponse };
export const OFFSET_FOR_LEADER_EPOCH = {
  request: OffsetForLeaderEpochRequest,
  response: OffsetForLeaderEpochResponse,
};
export const OFFSET_COMMIT = { request: OffsetCommitRequest, response: OffsetCommitResponse };
export const OFFSET_FETCH = { request: OffsetFetchRequest, response: OffsetFetchResponse };
export const JOIN_GROUP = { request: JoinGroupRequest, response: JoinGroupResponse };
export const SYNC_GROUP = { request: SyncGroupRequest, response: SyncGroupResponse };
export const HEARTBEAT = { request: HeartbeatRequest, response: HeartbeatResponse };
export const LEAVE_GROUP = { request: LeaveGroupRequest, response: LeaveGroupResponse };
export const CONSUMER_GROUP_HEARTBEAT = {
  request: ConsumerGroupHeartbeatRequest,
  response: ConsumerGroupHeartbeatResponse,
};
