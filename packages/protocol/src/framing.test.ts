import { describe, expect, test } from 'vitest';
import {
  API_CODECS,
  ApiKey,
  ApiVersionsRequest,
  ApiVersionsResponse,
  apiName,
  ControlledShutdownRequest,
  decodeRequest,
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestFrame,
  encodeResponseFrame,
  FetchResponse,
  isKnownApiKey,
  joinParts,
  ProduceRequest,
  type ProduceRequestInit,
  ProtocolError,
  Reader,
  RequestHeader,
  requestHeaderVersion,
  responseHeaderVersion,
  Writer,
} from './index.ts';

const produce = (records: Buffer): ProduceRequestInit => ({
  acks: -1,
  timeoutMs: 30_000,
  topicData: [{ name: 'orders', partitionData: [{ index: 3, records }] }],
});

describe('requests', () => {
  test('a frame of parts, read again in place', () => {
    const records = Buffer.alloc(5000, 7);
    const parts = encodeRequestFrame(new Writer(), ProduceRequest, 9, 77, 'me', produce(records));
    expect(parts.length).toBe(3);
    expect(parts[1]).toBe(records);
    const frame = joinParts(parts);
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
    const reader = new Reader(frame, 4);
    expect(decodeRequestHeader(reader)).toEqual({
      requestApiKey: 0,
      requestApiVersion: 9,
      correlationId: 77,
      clientId: 'me',
    });
    const found = decodeRequest(ProduceRequest, reader, 9).topicData[0].partitionData[0].records;
    expect(found?.equals(records)).toBe(true);
    expect(found?.buffer).toBe(frame.buffer);
  });

  test('the client id keeps its int16 length in the flexible header', () => {
    const frame = joinParts(
      encodeRequestFrame(new Writer(), ApiVersionsRequest, 3, 1, 'ab', { clientSoftwareName: 'x' }),
    );
    expect(frame.toString('hex')).toBe(
      '00000011' + '0012' + '0003' + '00000001' + '00026162' + '00' + '0278' + '01' + '00',
    );
  });

  test('ControlledShutdown v0 has no client id', () => {
    const frame = joinParts(encodeRequestFrame(new Writer(), ControlledShutdownRequest, 0, 1, 'gone', { brokerId: 5 }));
    expect(frame.toString('hex')).toBe('0000000c' + '0007' + '0000' + '00000001' + '00000005');
    expect(decodeRequestHeader(new Reader(frame, 4)).clientId).toBe('');
  });

  test('unknown tags of the header are kept', () => {
    const bytes = Buffer.from('0012' + '0003' + '00000001' + 'ffff' + '01' + '0702aabb', 'hex');
    const header = decodeRequestHeader(new Reader(bytes));
    expect(header.clientId).toBe(null);
    const writer = new Writer();
    RequestHeader.encode(writer, header, 2);
    expect(joinParts(writer.finish())).toEqual(bytes);
  });

  test('an unknown API has no header to read; an unknown version has', () => {
    const header = (key: string, version: string) => new Reader(Buffer.from(`${key}${version}00000009ffff00`, 'hex'));
    expect(() => decodeRequestHeader(header('03e7', '0000'))).toThrow('there is no API with key 999');
    expect(() => decodeRequestHeader(header('ffff', '0000'))).toThrow(ProtocolError);
    expect(decodeRequestHeader(header('0012', '7fff')).correlationId).toBe(9);
    expect(decodeRequestHeader(header('0000', 'ffff')).correlationId).toBe(9);
  });

  test('bytes behind the request are an error', () => {
    const frame = joinParts(encodeRequestFrame(new Writer(), ProduceRequest, 3, 1, null, produce(Buffer.alloc(10))));
    const reader = new Reader(Buffer.concat([frame, Buffer.from([0])]), 4);
    decodeRequestHeader(reader);
    expect(() => decodeRequest(ProduceRequest, reader, 3)).toThrow('1 bytes left over');
  });

  test('a failed request leaves nothing behind', () => {
    const writer = new Writer();
    expect(() =>
      encodeRequestFrame(writer, ProduceRequest, 9, 1, null, { ...produce(Buffer.alloc(9)), acks: 99_999 }),
    ).toThrow('ProduceRequest v9: 99999 is not of type int16');
    const frame = joinParts(encodeRequestFrame(writer, ProduceRequest, 9, 1, null, produce(Buffer.alloc(9))));
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  });
});

describe('responses', () => {
  test('header versions', () => {
    expect([requestHeaderVersion(ApiKey.Produce, 8), requestHeaderVersion(ApiKey.Produce, 9)]).toEqual([1, 2]);
    expect([responseHeaderVersion(ApiKey.Produce, 8), responseHeaderVersion(ApiKey.Produce, 9)]).toEqual([0, 1]);
    expect([requestHeaderVersion(ApiKey.ApiVersions, 3), responseHeaderVersion(ApiKey.ApiVersions, 3)]).toEqual([2, 0]);
    expect([
      requestHeaderVersion(ApiKey.ControlledShutdown, 0),
      requestHeaderVersion(ApiKey.ControlledShutdown, 1),
    ]).toEqual([0, 1]);
    // SaslHandshake never became flexible.
    expect([requestHeaderVersion(ApiKey.SaslHandshake, 1), responseHeaderVersion(ApiKey.SaslHandshake, 1)]).toEqual([
      1, 0,
    ]);
  });

  test('a fetch response whose records are not in memory', () => {
    let released = 0;
    const file = {
      sizeBytes: 100_000,
      copyTo: (target: Uint8Array, at: number, _start: number, length: number) => void target.fill(4, at, at + length),
      release: () => released++,
    };
    const partitions = [
      { partitionIndex: 0, errorCode: 0, highWatermark: 9, abortedTransactions: null, records: file },
    ];
    const parts = encodeResponseFrame(new Writer(), FetchResponse, 12, 5, { responses: [{ topic: 't', partitions }] });
    expect(parts[1]).toBe(file);
    const frame = joinParts(parts);
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
    const reader = new Reader(frame, 4);
    expect(decodeResponseHeader(reader, ApiKey.Fetch, 12)).toBe(5);
    expect(FetchResponse.decode(reader, 12).responses[0].partitions[0].records?.length).toBe(100_000);
    expect([reader.remaining, released]).toEqual([0, 0]);
  });

  test('ApiVersions answers without a tag section in the header', () => {
    const frame = joinParts(
      encodeResponseFrame(new Writer(), ApiVersionsResponse, 3, 6, { errorCode: 35, apiKeys: [] }),
    );
    expect(frame.toString('hex')).toBe('0000000c' + '00000006' + '0023' + '01' + '00000000' + '00');
  });
});

test('the table of APIs', () => {
  expect(apiName(ApiKey.Fetch)).toBe('Fetch');
  expect(apiName(999)).toBe('Unknown(999)');
  expect([isKnownApiKey(0), isKnownApiKey(-1), isKnownApiKey(999)]).toEqual([true, false, false]);
  expect(API_CODECS.size).toBe(Object.keys(ApiKey).length);
  for (const [key, api] of API_CODECS) {
    expect([api.apiKey, apiName(key), api.request.apiKey, api.response.apiKey]).toEqual([key, api.name, key, key]);
    expect([api.minVersion, api.maxVersion]).toEqual([api.response.minVersion, api.response.maxVersion]);
  }
  expect(API_CODECS.get(ApiKey.InitProducerId)?.latestVersionUnstable).toBe(true);
});
