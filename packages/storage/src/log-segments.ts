import { invariant, present } from '@ottla/common';
import type { LogSegment } from './log-segment.ts';

/** The segments of a log by base offset (Java: LogSegments). Never empty once a log is loaded. */
export class LogSegments {
  #sorted: LogSegment[] = [];

  get count(): number {
    return this.#sorted.length;
  }

  /** In offset order; do not change while iterating. */
  get all(): readonly LogSegment[] {
    return this.#sorted;
  }

  get first(): LogSegment {
    return present(this.#sorted[0], 'a log without segments');
  }

  get active(): LogSegment {
    return present(this.#sorted[this.#sorted.length - 1], 'a log without segments');
  }

  get sizeBytes(): number {
    let sum = 0;
    for (const segment of this.#sorted) sum += segment.sizeBytes;
    return sum;
  }

  at(index: number): LogSegment | undefined {
    return this.#sorted[index];
  }

  /** Index of the segment that holds `offset`: the last one whose base offset is at most that; -1 when all are later. */
  floorIndex(offset: number): number {
    const last = this.#sorted.length - 1;
    const active = this.#sorted[last];
    if (active !== undefined && active.baseOffset <= offset) return last;
    let low = 0;
    let high = last + 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const segment = this.#sorted[middle];
      if (segment !== undefined && segment.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  floor(offset: number): LogSegment | undefined {
    return this.#sorted[this.floorIndex(offset)];
  }

  add(segment: LogSegment): void {
    const index = this.floorIndex(segment.baseOffset);
    invariant(
      this.#sorted[index]?.baseOffset !== segment.baseOffset,
      () => `two segments with base offset ${segment.baseOffset}`,
    );
    this.#sorted.splice(index + 1, 0, segment);
  }

  remove(segment: LogSegment): void {
    const index = this.#sorted.indexOf(segment);
    invariant(index >= 0, () => `no segment with base offset ${segment.baseOffset}`);
    this.#sorted.splice(index, 1);
  }

  clear(): void {
    this.#sorted = [];
  }
}
