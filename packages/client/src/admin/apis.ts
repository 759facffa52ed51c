/** The pairs of codecs that the admin client asks with. */
import {
  AddRaftVoterRequest,
  AddRaftVoterResponse,
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
  AlterConfigsRequest,
  AlterConfigsResponse,
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  AlterReplicaLogDirsRequest,
  AlterReplicaLogDirsResponse,
  AlterShareGroupOffsetsRequest,
  AlterShareGroupOffsetsResponse,
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse,
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  CreateAclsRequest,
  CreateAclsResponse,
  CreateDelegationTokenRequest,
  CreateDelegationTokenResponse,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteAclsRequest,
  DeleteAclsResponse,
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DeleteRecordsRequest,
  DeleteRecordsResponse,
  DeleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeAclsRequest,
  DescribeAclsResponse,
  DescribeClientQuotasRequest,
  DescribeClientQuotasResponse,
  DescribeClusterRequest,
  DescribeClusterResponse,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  DescribeDelegationTokenRequest,
  DescribeDelegationTokenResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
  DescribeProducersRequest,
  DescribeProducersResponse,
  DescribeQuorumRequest,
  DescribeQuorumResponse,
  DescribeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse,
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
  ElectLeadersRequest,
  ElectLeadersResponse,
  ExpireDelegationTokenRequest,
  ExpireDelegationTokenResponse,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  ListConfigResourcesRequest,
  ListConfigResourcesResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
  ListTransactionsRequest,
  ListTransactionsResponse,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  RemoveRaftVoterRequest,
  RemoveRaftVoterResponse,
  RenewDelegationTokenRequest,
  RenewDelegationTokenResponse,
  ShareGroupDescribeRequest,
  ShareGroupDescribeResponse,
  UnregisterBrokerRequest,
  UnregisterBrokerResponse,
  UpdateFeaturesRequest,
  UpdateFeaturesResponse,
  WriteTxnMarkersRequest,
  WriteTxnMarkersResponse,
} from '@ottla/protocol';

export const CREATE_TOPICS = { request: CreateTopicsRequest, response: CreateTopicsResponse };
export const DELETE_TOPICS = { request: DeleteTopicsRequest, response: DeleteTopicsResponse };
export const CREATE_PARTITIONS = { request: CreatePartitionsRequest, response: CreatePartitionsResponse };
export const DESCRIBE_CONFIGS = { request: DescribeConfigsRequest, response: DescribeConfigsResponse };
export const INCREMENTAL_ALTER_CONFIGS = {
  request: IncrementalAlterConfigsRequest,
  response: IncrementalAlterConfigsResponse,
};
export const ALTER_CONFIGS = { request: AlterConfigsRequest, response: AlterConfigsResponse };
export const LIST_CONFIG_RESOURCES = { request: ListConfigResourcesRequest, response: ListConfigResourcesResponse };
export const DESCRIBE_LOG_DIRS = { request: DescribeLogDirsRequest, response: DescribeLogDirsResponse };
export const ALTER_REPLICA_LOG_DIRS = { request: AlterReplicaLogDirsRequest, response: AlterReplicaLogDirsResponse };
export const DELETE_RECORDS = { request: DeleteRecordsRequest, response: DeleteRecordsResponse };
export const DESCRIBE_GROUPS = { request: DescribeGroupsRequest, response: DescribeGroupsResponse };
export const CONSUMER_GROUP_DESCRIBE = {
  request: ConsumerGroupDescribeRequest,
  response: ConsumerGroupDescribeResponse,
};
export const LIST_GROUPS = { request: ListGroupsRequest, response: ListGroupsResponse };
export const DELETE_GROUPS = { request: DeleteGroupsRequest, response: DeleteGroupsResponse };
export const OFFSET_DELETE = { request: OffsetDeleteRequest, response: OffsetDeleteResponse };
export const ELECT_LEADERS = { request: ElectLeadersRequest, response: ElectLeadersResponse };
export const ALTER_PARTITION_REASSIGNMENTS = {
  request: AlterPartitionReassignmentsRequest,
  response: AlterPartitionReassignmentsResponse,
};
export const LIST_PARTITION_REASSIGNMENTS = {
  request: ListPartitionReassignmentsRequest,
  response: ListPartitionReassignmentsResponse,
};
export const DESCRIBE_CLUSTER = { request: DescribeClusterRequest, response: DescribeClusterResponse };
export const DESCRIBE_PRODUCERS = { request: DescribeProducersRequest, response: DescribeProducersResponse };
export const DESCRIBE_TRANSACTIONS = { request: DescribeTransactionsRequest, response: DescribeTransactionsResponse };
export const LIST_TRANSACTIONS = { request: ListTransactionsRequest, response: ListTransactionsResponse };
export const WRITE_TXN_MARKERS = { request: WriteTxnMarkersRequest, response: WriteTxnMarkersResponse };
export const UPDATE_FEATURES = { request: UpdateFeaturesRequest, response: UpdateFeaturesResponse };
export const DESCRIBE_CLIENT_QUOTAS = { request: DescribeClientQuotasRequest, response: DescribeClientQuotasResponse };
export const ALTER_CLIENT_QUOTAS = { request: AlterClientQuotasRequest, response: AlterClientQuotasResponse };
export const DESCRIBE_USER_SCRAM_CREDENTIALS = {
  request: DescribeUserScramCredentialsRequest,
  response: DescribeUserScramCredentialsResponse,
};
export const ALTER_USER_SCRAM_CREDENTIALS = {
  request: AlterUserScramCredentialsRequest,
  response: AlterUserScramCredentialsResponse,
};
export const DESCRIBE_ACLS = { request: DescribeAclsRequest, response: DescribeAclsResponse };
export const CREATE_ACLS = { request: CreateAclsRequest, response: CreateAclsResponse };
export const DELETE_ACLS = { request: DeleteAclsRequest, response: DeleteAclsResponse };
export const OFFSET_FETCH = { request: OffsetFetchRequest, response: OffsetFetchResponse };
export const CREATE_DELEGATION_TOKEN = {
  request: CreateDelegationTokenRequest,
  response: CreateDelegationTokenResponse,
};
export const RENEW_DELEGATION_TOKEN = { request: RenewDelegationTokenRequest, response: RenewDelegationTokenResponse };
export const EXPIRE_DELEGATION_TOKEN = {
  request: ExpireDelegationTokenRequest,
  response: ExpireDelegationTokenResponse,
};
export const DESCRIBE_DELEGATION_TOKEN = {
  request: DescribeDelegationTokenRequest,
  response: DescribeDelegationTokenResponse,
};
export const DESCRIBE_QUORUM = { request: DescribeQuorumRequest, response: DescribeQuorumResponse };
export const ADD_RAFT_VOTER = { request: AddRaftVoterRequest, response: AddRaftVoterResponse };
export const REMOVE_RAFT_VOTER = { request: RemoveRaftVoterRequest, response: RemoveRaftVoterResponse };
export const UNREGISTER_BROKER = { request: UnregisterBrokerRequest, response: UnregisterBrokerResponse };
export const SHARE_GROUP_DESCRIBE = { request: ShareGroupDescribeRequest, response: ShareGroupDescribeResponse };
export const DESCRIBE_SHARE_GROUP_OFFSETS = {
  request: DescribeShareGroupOffsetsRequest,
  response: DescribeShareGroupOffsetsResponse,
};
export const ALTER_SHARE_GROUP_OFFSETS = {
  request: AlterShareGroupOffsetsRequest,
  response: AlterShareGroupOffsetsResponse,
};
export const DELETE_SHARE_GROUP_OFFSETS = {
  request: DeleteShareGroupOffsetsRequest,
  response: DeleteShareGroupOffsetsResponse,
};
export const DESCRIBE_TOPIC_PARTITIONS = {
  request: DescribeTopicPartitionsRequest,
  response: DescribeTopicPartitionsResponse,
};
