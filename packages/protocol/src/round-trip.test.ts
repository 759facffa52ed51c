import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFromBuffer, encodeToBuffer, ProtocolError } from './index.ts';
import { arbitraryStruct, completed } from './test-support/arbitrary-message.ts';
import { allSubjects, type Subject } from './test-support/schemas.ts';

const RUNS_PER_VERSION = 8;
const subjects = allSubjects();
const label = (subject: Subject) => `${subject.message.name} v${subject.version}`;

// Thousands of errors are thrown on purpose.
Error.stackTraceLimit = 0;

/** A few frames of the subject, the same in every run. */
function samples(subject: Subject, count: number): Buffer[] {
  const values = fc.sample(arbitraryStruct(subject.message, subject.version), { numRuns: count, seed: 7 });
  return values.map((value) => encodeToBuffer(subject.codec, value, subject.version));
}

/** Decodes, or says why not. */
function decoded(subject: Subject, frame: Buffer): { value: unknown } | undefined {
  try {
    return { value: decodeFromBuffer(subject.codec, frame, subject.version) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return undefined;
  }
}

describe(`${subjects.length} versions of messages`, () => {
  test('values come back from bytes as they were', () => {
    for (const subject of subjects) {
      const { message, codec, version } = subject;
      fc.assert(
        fc.property(arbitraryStruct(message, version), (value) => {
          const frame = encodeToBuffer(codec, value, version);
          const back = decodeFromBuffer(codec, frame, version);
          if (!isDeepStrictEqual(back, completed(message, value)))
            expect(back, label(subject)).toEqual(completed(message, value));
          const again = encodeToBuffer(codec, back, version);
          if (!again.equals(frame))
            throw new Error(`${label(subject)}: ${frame.toString('hex')} became ${again.toString('hex')}`);
        }),
        { numRuns: RUNS_PER_VERSION },
      );
    }
  });

  test('every strict prefix is an error', () => {
    for (const subject of subjects) {
      for (const frame of samples(subject, 1)) {
        for (let length = 0; length < frame.length; length++) {
          if (decoded(subject, frame.subarray(0, length)) !== undefined) {
            throw new Error(`${label(subject)}: ${length} bytes of ${frame.toString('hex')} decode`);
          }
        }
      }
    }
  });

  test('a corrupted byte is an error, or decodes to what re-encodes to exactly those bytes', () => {
    for (const subject of subjects) {
      // The newest version twice, since most fields are in it.
      for (const frame of samples(subject, subject.version === subject.message.versions.high ? 2 : 1)) {
        for (let at = 0; at < frame.length; at++) {
          const original = frame[at];
          for (const mask of [0x01, 0x80, 0x02, 0x7f, original]) {
            frame[at] = original ^ mask;
            const found = decoded(subject, frame);
            if (found === undefined) continue;
            const again = encodeToBuffer(subject.codec, found.value, subject.version);
            if (!again.equals(frame)) {
              throw new Error(
                `${label(subject)}: ${frame.toString('hex')}, corrupted at ${at}, became ${again.toString('hex')}`,
              );
            }
          }
          frame[at] = original;
        }
      }
    }
  });
});
