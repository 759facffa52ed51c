import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  AddPartitionsToTxnResponse,
  type AnyMessageCodec,
  DescribeGroupsRequest,
  decodeFromBuffer,
  EndQuorumEpochResponse,
  encodeToBuffer,
  joinParts,
  ProtocolError,
  ShareAcknowledgeRequest,
  TxnOffsetCommitResponse,
  Writer,
  ZERO_UUID,
} from './index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function heapBytes(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  return process.memoryUsage().heapUsed;
}

const COUNT = 50_000;

/** A head, then an array of COUNT elements of the given bytes, then a tail. */
function frameOf(head: string, isCompact: boolean, element: string, tail: string): Buffer {
  const writer = new Writer();
  writer.raw(Buffer.from(head, 'hex'));
  if (isCompact) writer.compactArrayCount(COUNT);
  else writer.arrayCount(COUNT);
  const bytes = Buffer.from(element, 'hex');
  for (let i = 0; i < COUNT; i++) writer.raw(bytes);
  writer.raw(Buffer.from(tail, 'hex'));
  return joinParts(writer.finish());
}

/** Ascending tags that hold nothing. */
function tagsOf(head: string): Buffer {
  const writer = new Writer();
  writer.raw(Buffer.from(head, 'hex'));
  writer.uvarint(COUNT);
  for (let tag = 0; tag < COUNT; tag++) {
    writer.uvarint(tag);
    writer.uvarint(0);
  }
  return joinParts(writer.finish());
}

const cases: [string, AnyMessageCodec, number, Buffer, 'read' | 'refused'][] = [
  // The leanest elements that are real. V8's headers come on top of what the reader counts.
  ['int32, int16', TxnOffsetCommitResponse, 0, frameOf('0000000000000001000174', false, '000000010000', ''), 'read'],
  ['empty name, int32 count', EndQuorumEpochResponse, 0, frameOf('0000', false, '000000000000', ''), 'read'],
  [
    'a byte for each record',
    ShareAcknowledgeRequest,
    1,
    encodeToBuffer(
      ShareAcknowledgeRequest,
      {
        groupId: 'g',
        memberId: 'm',
        shareSessionEpoch: 0,
        topics: [
          {
            topicId: ZERO_UUID,
            partitions: [
              {
                partitionIndex: 0,
                acknowledgementBatches: [
                  { firstOffset: 0, lastOffset: COUNT - 1, acknowledgeTypes: Array.from({ length: COUNT }, () => 1) },
                ],
              },
            ],
          },
        ],
      },
      1,
    ),
    'read',
  ],
  ['empty strings', DescribeGroupsRequest, 5, frameOf('', true, '01', '0000'), 'refused'],
  ['structs of three bytes', AddPartitionsToTxnResponse, 4, frameOf('000000000000', true, '010100', '00'), 'refused'],
  ['unknown tags of no size', DescribeGroupsRequest, 5, tagsOf('0100'), 'refused'],
];

/** What the heap grows by, or why the frame is refused. */
function decodeOnce(
  codec: AnyMessageCodec,
  version: number,
  frame: Buffer,
): { grownBytes: number; refusal: string | undefined } {
  const before = heapBytes();
  let value: unknown;
  let refusal: string | undefined;
  try {
    value = decodeFromBuffer(codec, frame, version);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    refusal = error.message;
  }
  const grownBytes = heapBytes() - before;
  expect(value === undefined).toBe(refusal !== undefined);
  return { grownBytes, refusal };
}

for (const [name, codec, version, frame, outcome] of cases) {
  test(`${name}: ${frame.length} bytes are ${outcome}`, () => {
    // The least of a few: the heap also grows for reasons of its own.
    const runs = [1, 2, 3, 4].map(() => decodeOnce(codec, version, frame));
    const grownBytes = Math.min(...runs.map((run) => run.grownBytes));
    if (outcome === 'read') expect(runs[0].refusal).toBe(undefined);
    else expect(runs[0].refusal).toContain('more than 4 times the frame plus 65536 bytes to allocate');
    expect(grownBytes).toBeLessThan((outcome === 'read' ? 10 : 4) * frame.length + 65_536);
  });
}

test('a count beyond the bytes that are left allocates nothing', () => {
  for (const count of ['7fffffff', '00ffffff', '00000003']) {
    const frame = Buffer.from(`${count}000161`, 'hex');
    expect(() => decodeFromBuffer(DescribeGroupsRequest, frame, 0)).toThrow('the limit is 7');
  }
});
