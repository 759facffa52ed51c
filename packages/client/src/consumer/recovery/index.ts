export { deadLetter } from './dead-letter.ts';
export { type ErrorPolicy, errorPolicy } from './error-policy.ts';
export type { RecordSink } from './failed-record.ts';
export { type RetryOptions, retry } from './retry.ts';
export { dueAt, type RetryStep, type RetryTopics, retryTopics, whenDue } from './retry-topics.ts';
