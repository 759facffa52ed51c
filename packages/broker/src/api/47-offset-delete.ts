/** OffsetDelete, version 0 (KIP-496). A group's own refusal stands at the top, a partition's beside it. */
import {
  ApiKey,
  ErrorCode,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  type OffsetDeleteResponseInit,
} from '@ottla/protocol';
import type { ApiHandler } from './handler.ts';

export const offsetDelete: ApiHandler<OffsetDeleteRequest, OffsetDeleteResponseInit> = {
  key: ApiKey.OffsetDelete,
  request: OffsetDeleteRequest,
  response: OffsetDeleteResponse,
  minVersion: 0,
  maxVersion: 0,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'Delete', 'Group', request.groupId)) {
      call.respond({ errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED, topics: [] });
      return;
    }
    const errors = new Map<string, ErrorCode>();
    const wanted: { topic: string; partition: number }[] = [];
    for (const { name, partitions } of request.topics) {
      const allowed = broker.authorizer.authorize(context, 'Read', 'Topic', name);
      for (const { partitionIndex: partition } of partitions) {
        const key = `${partition}:${name}`;
        if (!allowed) errors.set(key, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
        else if (broker.metadata.partition(name, partition) === undefined)
          errors.set(key, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        else wanted.push({ topic: name, partition });
      }
    }
    broker.groups.deleteOffsets(request.groupId, wanted, (outcome) => {
      if (!('response' in outcome)) {
        call.respond({ errorCode: outcome.error, topics: [] });
        return;
      }
      wanted.forEach(({ topic, partition }, index) =>
        errors.set(`${partition}:${topic}`, outcome.response[index] ?? ErrorCode.NONE),
      );
      call.respond({
        errorCode: ErrorCode.NONE,
        topics: request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({
            partitionIndex,
            errorCode: errors.get(`${partitionIndex}:${name}`) ?? ErrorCode.NONE,
          })),
        })),
      });
    });
  },
  onError: (errorCode) => ({ errorCode, topics: [] }),
};
