/** What the producer perf tool measures of its records, and how it tells. Java: ProducerPerformance.Stats. */
import { javaFixed } from '../cli/java-format.ts';

/** Latencies that are kept for the percentiles, at most. */
const SAMPLES_MAX = 500_000;
const MIB = 1024 * 1024;

interface Sums {
  count: number;
  bytes: number;
  latencyMs: number;
  latencyMsMax: number;
}

const nothing = (): Sums => ({ count: 0, bytes: 0, latencyMs: 0, latencyMsMax: 0 });

export class SendingStats {
  /** Windows are not printed any longer. */
  isSilent = false;
  readonly #reportingMs: number;
  readonly #print: (text: string) => void;
  /** Printed before the first window. */
  #heading: string;
  readonly #everyNth: number;
  readonly #latencies: Int32Array;
  #sampled = 0;
  #recorded = 0;
  readonly #total = nothing();
  #window = nothing();
  readonly #beganMs: number;
  #windowBeganMs: number;

  /** `nowMs` and those of `record` are of the same clock. */
  constructor(records: number, reportingMs: number, nowMs: number, print: (text: string) => void, heading = '') {
    this.#reportingMs = reportingMs;
    this.#print = print;
    this.#heading = heading;
    this.#everyNth = Math.max(1, Math.floor(records / Math.min(records, SAMPLES_MAX)));
    this.#latencies = new Int32Array(Math.floor(records / this.#everyNth) + 1);
    this.#beganMs = nowMs;
    this.#windowBeganMs = nowMs;
  }

  record(latencyMs: number, bytes: number, nowMs: number): void {
    add(this.#total, latencyMs, bytes);
    add(this.#window, latencyMs, bytes);
    if (this.#recorded++ % this.#everyNth === 0) this.#latencies[this.#sampled++] = latencyMs;
    if (nowMs - this.#windowBeganMs >= this.#reportingMs) this.#endWindow(nowMs);
  }

  #endWindow(nowMs: number): void {
    const { count, bytes, latencyMs, latencyMsMax } = this.#window;
    const seconds = (nowMs - this.#windowBeganMs) / 1000;
    if (!this.isSilent) {
      this.#print(
        `${this.#heading}${count} records sent, ${javaFixed(count / seconds, 1)} records/sec (${javaFixed(bytes / seconds / MIB, 2)} MB/sec), ` +
          `${javaFixed(latencyMs / count, 1)} ms avg latency, ${javaFixed(latencyMsMax, 1)} ms max latency.\n`,
      );
      this.#heading = '';
    }
    this.#window = nothing();
    this.#windowBeganMs = nowMs;
  }

  /** `what`: `records`, or which ones. */
  summary(nowMs: number, what: string): string {
    const { count, bytes, latencyMs, latencyMsMax } = this.#total;
    const seconds = (nowMs - this.#beganMs) / 1000;
    const sorted = this.#latencies.subarray(0, this.#sampled).sort();
    const percentile = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;
    return (
      `${count} ${what} sent, ${javaFixed(count / seconds, 6)} records/sec (${javaFixed(bytes / seconds / MIB, 2)} MB/sec), ` +
      `${javaFixed(latencyMs / count, 2)} ms avg latency, ${javaFixed(latencyMsMax, 2)} ms max latency, ` +
      `${percentile(0.5)} ms 50th, ${percentile(0.95)} ms 95th, ${percentile(0.99)} ms 99th, ${percentile(0.999)} ms 99.9th.\n`
    );
  }
}

function add(sums: Sums, latencyMs: number, bytes: number): void {
  sums.count++;
  sums.bytes += bytes;
  sums.latencyMs += latencyMs;
  if (latencyMs > sums.latencyMsMax) sums.latencyMsMax = latencyMs;
}
