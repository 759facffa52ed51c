/*
 * Offset index (.index), 8 bytes an entry, sorted by both:
 *   0  int32  last offset of a batch, less the base offset of the segment
 *   4  int32  position of that batch in the .log file
 */
import type { PooledFile } from './file-pool.ts';
import { IndexFile } from './index-file.ts';

const ENTRY_BYTES = 8;

/** Where a walk for an offset may begin (Java: OffsetIndex). Sparse: an entry per `index.interval.bytes`. */
export class OffsetIndex {
  readonly #baseOffset: number;
  readonly index: IndexFile;

  constructor(file: PooledFile, baseOffset: number, isNew: boolean) {
    this.#baseOffset = baseOffset;
    this.index = new IndexFile(file, ENTRY_BYTES, isNew ? 0 : -1);
  }

  get entries(): number {
    return this.index.entries;
  }

  isFull(bytesMax: number): boolean {
    return this.index.entries >= Math.floor(bytesMax / ENTRY_BYTES);
  }

  append(offset: number, position: number): void {
    const { bytes, at } = this.index.push();
    bytes.writeInt32BE(offset - this.#baseOffset, at);
    bytes.writeInt32BE(position, at + 4);
  }

  /** Position of the last entry whose offset is at most `offset`; 0 when there is none. */
  lookup(offset: number): number {
    const relative = offset - this.#baseOffset;
    const count = this.index.countNotBeyond((bytes, at) => bytes.readInt32BE(at) > relative);
    if (count === 0) return 0;
    const { bytes, at } = this.index.entry(count - 1);
    return bytes.readInt32BE(at + 4);
  }

  /** Offset of the first entry whose position is at least `position`: an offset behind all that lies before it. */
  firstOffsetFrom(position: number): number | undefined {
    const index = this.index.countNotBeyond((bytes, at) => bytes.readInt32BE(at + 4) >= position);
    return index < this.index.entries ? this.entry(index).offset : undefined;
  }

  /** The last entry, or undefined. */
  last(): { offset: number; position: number } | undefined {
    return this.index.entries === 0 ? undefined : this.entry(this.index.entries - 1);
  }

  entry(index: number): { offset: number; position: number } {
    const { bytes, at } = this.index.entry(index);
    return { offset: this.#baseOffset + bytes.readInt32BE(at), position: bytes.readInt32BE(at + 4) };
  }

  /** Keeps entries below `offset`. */
  truncateTo(offset: number): void {
    const relative = offset - this.#baseOffset;
    this.index.truncate(this.index.countNotBeyond((bytes, at) => bytes.readInt32BE(at) >= relative));
  }
}
