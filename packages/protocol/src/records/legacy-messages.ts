/*
 * What a message of magic 0 or 1 holds: itself, or what is compressed inside it.
 *
 *   inner offsets    magic 0: absolute. magic 1: relative to (wrapper offset - last inner offset), or to 0 when the
 *                    wrapper's offset is 0, as some producers leave it for the broker to assign.
 *   inner timestamps magic 1: their own, or the wrapper's for all when the wrapper has LogAppendTime.
 */
import { decompressRecords } from './decompress-records.ts';
import type { Int64 } from './int64.ts';
import { MessageCursor } from './message-cursor.ts';
import type { TimestampType } from './record.ts';
import { RecordsError } from './records-error.ts';

export interface LegacyMessage {
  /** Absolute. */
  readonly offset: number;
  /** -1 for magic 0. */
  readonly timestamp: Int64;
  /** Always the wrapper's, if there is one. */
  readonly timestampType: TimestampType;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** The messages of the entry at `at`, unwrapped. `checkInner`: also the checksums inside a wrapper. Throws `RecordsError`. */
export function readLegacyMessages(
  b: Buffer,
  at: number,
  decompressedBytesMax: number,
  checkInner = false,
): LegacyMessage[] {
  const outer = new MessageCursor().reset(b, at, b.length);
  if (!outer.next()) throw malformed(outer);
  const { magic } = outer;
  const timestampType = magic === 0 ? 'NoTimestampType' : outer.isLogAppendTime ? 'LogAppendTime' : 'CreateTime';
  if (outer.compressionId === 0) {
    return [
      { offset: outer.offset, timestamp: outer.timestamp, timestampType, key: outer.key(), value: outer.value() },
    ];
  }
  const { bytes, start, end } = decompressRecords(b, at, decompressedBytesMax);
  const messages: LegacyMessage[] = [];
  const inner = new MessageCursor().reset(bytes, start, end);
  while (inner.next()) {
    if (inner.magic !== magic) {
      throw new RecordsError('invalid', `A message of magic ${inner.magic} lies inside a wrapper of magic ${magic}`);
    }
    if (inner.compressionId !== 0) throw new RecordsError('invalid', 'A message inside a wrapper is itself compressed');
    if (checkInner && !inner.crcIsValid()) {
      throw new RecordsError('corrupt', `The checksum of message ${messages.length} inside a wrapper is wrong`);
    }
    messages.push({
      offset: inner.offset,
      timestamp: timestampType === 'LogAppendTime' ? outer.timestamp : inner.timestamp,
      timestampType,
      key: inner.key(),
      value: inner.value(),
    });
  }
  if (inner.problem !== undefined) throw malformed(inner);
  const last = messages.at(-1);
  if (last === undefined) throw new RecordsError('invalid', 'A compressed message has no messages inside');
  if (magic === 0) return messages;
  const base = outer.offset === 0 ? 0 : outer.offset - last.offset;
  if (base < 0) {
    throw new RecordsError(
      'invalid',
      `Offset ${outer.offset} of a wrapper is below its last message's, ${last.offset}`,
    );
  }
  return base === 0 ? messages : messages.map((message) => ({ ...message, offset: base + message.offset }));
}

function malformed(cursor: MessageCursor): RecordsError {
  return new RecordsError('invalid', `The message is malformed: ${cursor.problem}`);
}
