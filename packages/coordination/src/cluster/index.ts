export type { BrokerEndpoint, BrokerZnode } from './broker-znode.ts';
export { decodeBroker, encodeBroker } from './broker-znode.ts';
export { decodeConfig, decodeConfigChange, encodeConfig, encodeConfigChange, entityPath } from './config-znode.ts';
export {
  decodeClusterId,
  decodeController,
  decodeControllerEpoch,
  encodeClusterId,
  encodeController,
  encodeControllerEpoch,
} from './controller-znode.ts';
export type { FeatureZnode } from './feature-znode.ts';
export { decodeFeature, encodeFeature } from './feature-znode.ts';
export type { JsonObject } from './json.ts';
export { encodeObject, isObject, numberAt, numbersIn, parseObject, stringAt } from './json.ts';
export { encodeLogDirEvent } from './log-dir-event-znode.ts';
export type { LeaderRecoveryState, PartitionStateZnode } from './partition-state-znode.ts';
export {
  decodePartitionState,
  EPOCH_DURING_DELETE,
  encodePartitionState,
  LEADER_DURING_DELETE,
  NO_LEADER,
} from './partition-state-znode.ts';
export type { ConfigEntityType } from './paths.ts';
export * as paths from './paths.ts';
export type { BrokerRack, Placement, PlacementError, PlacementRequest } from './placement.ts';
export { alternateRacks, placeReplicas } from './placement.ts';
export type { ProducerIdBlock } from './producer-id-block-znode.ts';
export { decodeProducerIdBlock, encodeProducerIdBlock, PRODUCER_ID_BLOCK_SIZE } from './producer-id-block-znode.ts';
export type { ReplicaAssignment, TopicZnode } from './topic-znode.ts';
export { assignment, decodeTopic, encodeTopic } from './topic-znode.ts';
