/** What the consumer perf tool measures, and how it tells. Times: ms since 1970. */
import { javaFixed } from '../cli/java-format.ts';

const MIB = 1024 * 1024;
const fixed = (value: number): string => javaFixed(value, 4);

/** What was read in a time, of which some went by while the group shared out partitions. */
interface Reading {
  readonly records: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly joinMs: number;
}

export class ReadingStats {
  records = 0;
  reportedMs: number;
  #bytes = 0;
  readonly #beganMs: number;
  readonly #timeText: (timeMs: number) => string;
  #joinBeganMs: number;
  #joinMs = 0;
  /** At the last report. */
  #before = { records: 0, bytes: 0, joinMs: 0 };

  constructor(nowMs: number, timeText: (timeMs: number) => string) {
    this.#beganMs = nowMs;
    this.#joinBeganMs = nowMs;
    this.reportedMs = nowMs;
    this.#timeText = timeText;
  }

  joining(nowMs: number): void {
    this.#joinBeganMs = nowMs;
  }

  joined(nowMs: number): void {
    this.#joinMs += nowMs - this.#joinBeganMs;
  }

  count(bytes: number): void {
    this.records++;
    this.#bytes += bytes;
  }

  /** The line since the last one. */
  progress(nowMs: number): string {
    const { records, bytes, joinMs } = this.#before;
    const figures = this.#figures({
      records: this.records - records,
      bytes: this.#bytes - bytes,
      elapsedMs: nowMs - this.reportedMs,
      joinMs: this.#joinMs - joinMs,
    });
    this.#before = { records: this.records, bytes: this.#bytes, joinMs: this.#joinMs };
    this.reportedMs = nowMs;
    return `${this.#timeText(nowMs)}, 0, ${figures}\n`;
  }

  /** The line about all of it. */
  summary(nowMs: number): string {
    const elapsedMs = nowMs - this.#beganMs;
    const figures = this.#figures({ records: this.records, bytes: this.#bytes, elapsedMs, joinMs: this.#joinMs });
    return `${this.#timeText(this.#beganMs)}, ${this.#timeText(nowMs)}, ${figures}\n`;
  }

  /** All that was read so far, at the rates of `reading`. */
  #figures({ records, bytes, elapsedMs, joinMs }: Reading): string {
    const mib = bytes / MIB;
    const fetchMs = elapsedMs - joinMs;
    return [
      fixed(this.#bytes / MIB),
      fixed((mib * 1000) / elapsedMs),
      this.records,
      fixed((records * 1000) / elapsedMs),
      joinMs,
      fetchMs,
      fixed((mib * 1000) / fetchMs),
      fixed((records * 1000) / fetchMs),
    ].join(', ');
  }
}
