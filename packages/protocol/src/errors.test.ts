import { expect, test } from 'vitest';
import { ErrorCode, errorMessage, errorName, isRetriable } from './index.ts';

test("names, texts and kinds of Kafka's errors", () => {
  expect(ErrorCode.NOT_LEADER_OR_FOLLOWER).toBe(6);
  expect([errorName(-1), errorName(0), errorName(6), errorName(133)]).toEqual([
    'UNKNOWN_SERVER_ERROR',
    'NONE',
    'NOT_LEADER_OR_FOLLOWER',
    'SHARE_SESSION_LIMIT_REACHED',
  ]);
  expect(errorMessage(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)).toBe('This server does not host this topic-partition.');
  expect([
    isRetriable(ErrorCode.NOT_LEADER_OR_FOLLOWER),
    isRetriable(ErrorCode.TOPIC_AUTHORIZATION_FAILED),
    isRetriable(0),
  ]).toEqual([true, false, false]);
  for (const [name, code] of Object.entries(ErrorCode)) {
    expect(errorName(code)).toBe(name);
    expect(errorMessage(code)).not.toBe('');
  }
  expect([errorName(9999), errorName(-2)]).toEqual(['UNKNOWN_SERVER_ERROR', 'UNKNOWN_SERVER_ERROR']);
});
