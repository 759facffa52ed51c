import { DiskError, type FileRange } from '@ottla/platform';
import { sourcePullBytes } from './limits.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';
import type { RecordsSource } from './read.ts';

/** Bytes of a segment's file as a response carries them. */
export class SegmentRange implements RecordsSource {
  readonly sizeBytes: number;
  readonly #log: LogState;
  readonly #segment: LogSegment;
  readonly #start: number;
  readonly #truncations: number;
  #isReleased = false;

  constructor(log: LogState, segment: LogSegment, start: number, sizeBytes: number) {
    this.#log = log;
    this.#segment = segment;
    this.#start = start;
    this.sizeBytes = sizeBytes;
    this.#truncations = segment.truncations;
    segment.log.pin();
  }

  fileRange(start: number, length: number): FileRange {
    const position = this.#positionOf(start, length);
    return { file: this.#segment.log.open(), position };
  }

  copyTo(target: Uint8Array, targetStart: number, start: number, length: number): void {
    const position = this.#positionOf(start, length);
    const { log } = this.#segment;
    let read = 0;
    try {
      read = log.open().readSync(target, targetStart, length, position);
    } catch (error) {
      this.#log.fail(`Error while reading records of ${this.#log.where}`, error);
      throw error;
    }
    if (read < length)
      throw new DiskError('ENODATA', 'read', log.path, `only ${read} of ${length} bytes at ${position}`);
  }

  toBuffer(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.sizeBytes);
    for (let at = 0; at < bytes.length; at += sourcePullBytes) {
      this.copyTo(bytes, at, at, Math.min(sourcePullBytes, bytes.length - at));
    }
    return bytes;
  }

  #positionOf(start: number, length: number): number {
    const position = this.#start + start;
    const { log, sizeBytes, truncations } = this.#segment;
    // After a cut the same place may hold other records.
    if (truncations !== this.#truncations && position + length > sizeBytes) {
      throw new DiskError('ENODATA', 'read', log.path, `the log was cut at ${sizeBytes} while it was being read`);
    }
    return position;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#segment.log.unpin();
  }
}

/** No records: the reader is at the end of what it may see. */
export const NO_RECORDS: RecordsSource = {
  sizeBytes: 0,
  copyTo: () => {},
  toBuffer: () => Buffer.alloc(0),
  release: () => {},
};
