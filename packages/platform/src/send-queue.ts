import { gatherBytesMax, gatherPartBytesMax, sourcePullBytesMax } from './limits.ts';
import type { ByteSource, FileRange, OutgoingPart } from './network.ts';

/** Bytes of a file that are next to send. */
export interface QueuedRange extends FileRange {
  readonly length: number;
}

/** What a connection has still to send, in order. Owns its sources: each is released once, sent or abandoned. */
export class SendQueue {
  #parts: OutgoingPart[] = [];
  #head = 0;
  /** Bytes of the head part already taken. */
  #taken = 0;
  #bytes = 0;

  /** Bytes not yet taken, those of sources included. */
  get bytes(): number {
    return this.#bytes;
  }

  add(parts: readonly OutgoingPart[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      this.#bytes += sizeOf(part);
    }
  }

  /** The next bytes when they lie in a file and are more than is worth gathering. Throws what the source throws. */
  nextInFile(limitBytes: number): QueuedRange | undefined {
    const part = this.#parts[this.#head];
    if (part === undefined || !isLargeInFile(part, this.#taken)) return undefined;
    const length = Math.min(part.sizeBytes - this.#taken, limitBytes);
    const range = part.fileRange?.(this.#taken, length);
    return range === undefined ? undefined : { ...range, length };
  }

  /** `length` bytes of what `nextInFile` gave are sent. */
  sentInFile(length: number): void {
    const part = this.#parts[this.#head];
    if (part !== undefined) this.#advance(part, length);
  }

  /**
   * Takes about `limitBytes` as buffers to write in this order: small parts and small sources gathered in buffers from
   * `newGather`, large parts as they are, large sources pulled into buffers from `newPull`. With `beforeFiles` nothing
   * behind the first bytes of a large source in a file. Throws what a source throws.
   */
  take(limitBytes: number, newGather: () => Uint8Array, newPull: () => Uint8Array, beforeFiles = false): Uint8Array[] {
    const only = this.#parts[this.#head];
    if (this.#taken === 0 && only instanceof Uint8Array && only.length === this.#bytes && this.#bytes <= limitBytes) {
      this.#advance(only, only.length);
      return [only];
    }
    const buffers: Uint8Array[] = [];
    let gather: Uint8Array | undefined;
    let gathered = 0;
    let total = 0;
    const closeGather = (): void => {
      if (gather !== undefined && gathered > 0) buffers.push(gather.subarray(0, gathered));
      gather = undefined;
      gathered = 0;
    };
    for (let part = this.#parts[this.#head]; part !== undefined && total < limitBytes; part = this.#parts[this.#head]) {
      const left = sizeOf(part) - this.#taken;
      if (part instanceof Uint8Array && left > gatherPartBytesMax) {
        closeGather();
        const length = Math.min(left, limitBytes - total);
        buffers.push(part.subarray(this.#taken, this.#taken + length));
        total += length;
        this.#advance(part, length);
      } else if (left <= gatherBytesMax) {
        if (gather === undefined || gathered + left > gather.length) {
          closeGather();
          gather = newGather();
        }
        this.#copyHead(part, gather, gathered, left);
        gathered += left;
        total += left;
      } else {
        if (beforeFiles && total > 0 && isLargeInFile(part, this.#taken)) break;
        closeGather();
        const pull = newPull();
        const length = Math.min(left, pull.length, sourcePullBytesMax, beforeFiles ? limitBytes - total : left);
        this.#copyHead(part, pull, 0, length);
        buffers.push(pull.subarray(0, length));
        total += length;
      }
    }
    closeGather();
    return buffers;
  }

  /** Drops what is left and releases its sources. */
  clear(): void {
    const parts = this.#parts;
    const head = this.#head;
    this.#parts = [];
    this.#head = 0;
    this.#taken = 0;
    this.#bytes = 0;
    for (let index = head; index < parts.length; index++) {
      const part = parts[index];
      if (part !== undefined && !(part instanceof Uint8Array)) part.release();
    }
  }

  #copyHead(part: OutgoingPart, target: Uint8Array, targetStart: number, length: number): void {
    const start = this.#taken;
    if (part instanceof Uint8Array) target.set(part.subarray(start, start + length), targetStart);
    else if (length > 0) part.copyTo(target, targetStart, start, length);
    this.#advance(part, length);
  }

  #advance(part: OutgoingPart, length: number): void {
    this.#bytes -= length;
    this.#taken += length;
    if (this.#taken < sizeOf(part)) return;
    this.#taken = 0;
    this.#head++;
    if (this.#head === this.#parts.length) {
      while (this.#parts.length > 0) this.#parts.pop();
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#parts.length) {
      this.#parts.splice(0, this.#head);
      this.#head = 0;
    }
    if (!(part instanceof Uint8Array)) part.release();
  }
}

function isLargeInFile(part: OutgoingPart, taken: number): part is ByteSource {
  return !(part instanceof Uint8Array) && part.fileRange !== undefined && part.sizeBytes - taken > gatherBytesMax;
}

function sizeOf(part: Uint8Array | ByteSource): number {
  return part instanceof Uint8Array ? part.length : part.sizeBytes;
}
