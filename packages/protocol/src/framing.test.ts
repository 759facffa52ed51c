import { expect, test } from 'vitest';
import {
  ApiKey,
  ApiVersionsRequest,
  decodeRequest,
  decodeRequestHeader,
  encodeRequestFrame,
  joinParts,
  ProduceRequest,
  Reader,
  Writer,
} from './index.ts';

test('a produce request frame', () => {
  const writer = new Writer();
  const records = Buffer.alloc(5000, 7);
  const parts = encodeRequestFrame(writer, ProduceRequest, 9, 77, 'me', {
    acks: -1,
    timeoutMs: 30000,
    topicData: [{ name: 'orders', partitionData: [{ index: 3, records }] }],
  });
  expect(parts.length).toBe(3);
  const frame = joinParts(parts);
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  const reader = new Reader(frame, 4);
  const header = decodeRequestHeader(reader);
  expect(header).toEqual({ requestApiKey: 0, requestApiVersion: 9, correlationId: 77, clientId: 'me' });
  const request = decodeRequest(ProduceRequest, reader, 9);
  expect(request.topicData[0].partitionData[0].records?.equals(records)).toBe(true);
  expect(ApiKey.Produce).toBe(0);
  expect(ApiVersionsRequest.flexibleFrom).toBe(3);
});
