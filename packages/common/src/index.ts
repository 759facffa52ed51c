export { AsyncMutex } from './async-mutex.ts';
export type { BackoffOptions } from './backoff.ts';
export { ExponentialBackoff } from './backoff.ts';
export * from './collections/index.ts';
export * from './config/index.ts';
export type { Deferred } from './deferred.ts';
export { deferred } from './deferred.ts';
export type { Int64 } from './int64.ts';
export {
  addInt64,
  compareInt64,
  INT64_MAX,
  INT64_MIN,
  int64,
  parseInt64,
  readInt64,
  subtractInt64,
  toSafeNumber,
  writeInt64,
} from './int64.ts';
export { InvariantError, invariant, present } from './invariant.ts';
export * from './metrics/index.ts';
export {
  hasCollisionChars,
  INTERNAL_TOPICS,
  TOPIC_NAME_LENGTH_MAX,
  topicNameError,
  topicNamesCollide,
  unifiedTopicName,
} from './topic-name.ts';
export type { Uuid } from './uuid.ts';
export { isReservedUuid, ONE_UUID, randomUuid, uuidFromBytes, uuidToBytes, ZERO_UUID } from './uuid.ts';
export { WorkSlice } from './work-slice.ts';
