export {
  type Acl,
  type AclFilter,
  type AclOperation,
  type AclPatternType,
  type AclPermission,
  type AclResourceType,
  aclName,
} from './acls.ts';
export { Admin, type ValidateOptions } from './admin.ts';
export type { ClusterDescription, Reassignment } from './cluster.ts';
export type { ConfigChange, ConfigEntry, ConfigResource, ConfigResourceType, ConfigSource } from './configs.ts';
export type { DelegationToken, NewDelegationToken, Principal } from './delegation-tokens.ts';
export type { FeatureDescription } from './features.ts';
export type { GroupDescription, GroupFilter, GroupListing, MemberDescription, MemberToRemove } from './groups.ts';
export type { LogDirDescription, ReplicaLogDir } from './log-dirs.ts';
export type { ListedOffset, OffsetSpec, ProducerState } from './offsets.ts';
export type { MetadataQuorum, QuorumReplica, RaftEndpoint, RaftVoter } from './quorum.ts';
export type { ClientQuota, QuotaEntity, QuotaFilter } from './quotas.ts';
export type { ScramAlteration, ScramCredential, ScramMechanismName } from './scram-credentials.ts';
export type { ShareGroupDescription, ShareGroupOffset } from './share-groups.ts';
export type { CreatedTopic, NewPartitions, NewTopic, TopicDescription, TopicListing } from './topics.ts';
export type {
  HangingTransaction,
  TransactionDescription,
  TransactionFilter,
  TransactionListing,
} from './transactions.ts';
