export { ApiKey, ErrorCode } from '@ottla/protocol';
export type { ApiName, NameOf, RequestOf, ResponseOf } from './api-types.ts';
export { BrokerFailedError } from './broker-failed-error.ts';
export type { Action, InterceptedRequest, InterceptOptions, Interceptor, Outcome } from './interceptor.ts';
export { KAFKA_RELEASES, type KafkaRelease } from './kafka-releases.ts';
export { startBroker } from './start-broker.ts';
export type { NewTestTopic, StartBrokerOptions, TestProperties } from './start-options.ts';
export type { StoredRecord } from './stored-records.ts';
export type { TestBroker } from './test-broker.ts';
