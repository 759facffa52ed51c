import { KafkaError } from '@ottla/client';
import { describe, expect, test } from 'vitest';
import { calling, exceptionName, javaError } from './java-error.ts';

describe('errors as Java names them', () => {
  test.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', 'UnknownTopicOrPartitionException'],
    ['TOPIC_AUTHORIZATION_FAILED', 'TopicAuthorizationException'],
    ['SASL_AUTHENTICATION_FAILED', 'SaslAuthenticationException'],
    ['INVALID_TOPIC_EXCEPTION', 'InvalidTopicException'],
    ['TOPIC_ALREADY_EXISTS', 'TopicExistsException'],
    ['NON_EMPTY_GROUP', 'GroupNotEmptyException'],
  ])('%s is %s', (code, name) => {
    expect(exceptionName(code)).toBe(name);
  });

  test('the text is the broker’s, without the places that ours adds', () => {
    const error = KafkaError.ofCode(3, null, { topic: 'orders', partition: 1 });
    expect(String(javaError(error))).toBe(
      'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.',
    );
  });

  test('a timeout names the request, when no broker was reached', async () => {
    const cause = new KafkaError('CONNECTION_FAILED', 'refused');
    const request = calling('listTopics', () => Promise.reject(new KafkaError('TIMEOUT', 'late', { cause })));
    await expect(request).rejects.toThrow('Timed out waiting for a node assignment. Call: listTopics');
  });
});
