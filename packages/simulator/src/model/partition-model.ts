import type { Verdict } from '../verdict.ts';
import type { Send } from './send.ts';

/** A batch as a consumer saw it: these bytes must never change (R10). */
export interface BatchPrint {
  readonly baseOffset: number;
  readonly epoch: number;
  readonly crc: number;
}

interface Fact {
  readonly id: string;
  batch: BatchPrint | undefined;
}

/** How the broker ended before its newest start, the worst that happened. */
export type Ending = 'clean' | 'kill' | 'powerLoss';

/** What is known for certain of one partition, out of acknowledgements and reads. */
export class PartitionModel {
  readonly topic: string;
  readonly partition: number;
  readonly #verdict: Verdict;
  readonly #sends: ReadonlyMap<string, Send>;
  readonly #facts = new Map<number, Fact>();
  readonly #offsets = new Map<string, number>();
  /** Power losses that cost records: what a connection of an earlier life says of later offsets is history. */
  readonly #losses: { readonly life: number; readonly endOffset: number }[] = [];
  /** One past the highest known record. */
  endOffset = 0;
  /** As far as a client was told. */
  logStartOffset = 0;

  constructor(topic: string, partition: number, verdict: Verdict, sends: ReadonlyMap<string, Send>) {
    this.topic = topic;
    this.partition = partition;
    this.#verdict = verdict;
    this.#sends = sends;
  }

  get name(): string {
    return `${this.topic}-${this.partition}`;
  }

  get lossCount(): number {
    return this.#losses.length;
  }

  /** The lowest end the log was ever thrown back to; above it a reader may be out of range. */
  get lowestLossOffset(): number {
    return Math.min(...this.#losses.map(({ endOffset }) => endOffset));
  }

  factAt(offset: number): string | undefined {
    return this.#facts.get(offset)?.id;
  }

  get facts(): ReadonlyMap<number, { readonly id: string }> {
    return this.#facts;
  }

  /** Whether what life `life` of the broker had at `offset` went with a power loss since. */
  isHistory(offset: number, life: number): boolean {
    return this.#losses.some((loss) => loss.life > life && offset >= loss.endOffset);
  }

  /** The record `id` is at `offset`, said a connection to life `life`; `batch` when it was read. */
  learn(offset: number, id: string, life: number, batch?: BatchPrint): void {
    if (this.isHistory(offset, life)) return;
    const send = this.#sends.get(id);
    const verdict = this.#verdict;
    verdict.require(send !== undefined, 'R10 phantom', () => `${this.name} has at ${offset} ${id}, which nobody sent`);
    verdict.require(
      send?.state !== 'refused',
      'refused-write',
      () => `${this.name} has at ${offset} ${id}, although its producer was told that it was refused`,
    );
    const known = this.#facts.get(offset);
    verdict.require(
      known === undefined || known.id === id,
      'R10 inconsistent-offsets',
      () => `${this.name} has at ${offset} now ${id}, and had ${known?.id}`,
    );
    const other = this.#offsets.get(id);
    verdict.require(
      // What retention removed, with the last the broker knew of its producer, may be written once more.
      other === undefined || other === offset || send?.mayRepeat === true || other < this.logStartOffset,
      'duplicate',
      () => `${this.name} has ${id} at ${other} and again at ${offset}`,
    );
    const { batch: before } = known ?? {};
    if (batch !== undefined && before !== undefined) {
      verdict.require(
        before.crc === batch.crc && before.baseOffset === batch.baseOffset && before.epoch === batch.epoch,
        'R10 bytes',
        () =>
          `${this.name}: the batch with ${offset} was ${JSON.stringify(before)} and is now ${JSON.stringify(batch)}`,
      );
    }
    if (known === undefined) this.#facts.set(offset, { id, batch });
    else known.batch ??= batch;
    this.#offsets.set(id, offset);
    this.endOffset = Math.max(this.endOffset, offset + 1);
  }

  /**
   * The broker has started as its life `life`, with this log end. A kill costs nothing that was acknowledged or read; a
   * power loss only what was not flushed: everything below `keptBelow` is demanded.
   */
  restarted(life: number, startOffset: number, endOffset: number, ending: Ending, keptBelow: number): void {
    const demanded = ending === 'powerLoss' ? keptBelow : Math.max(this.endOffset, keptBelow);
    this.#verdict.require(
      endOffset >= demanded,
      'R10 lost-write',
      () =>
        `${this.name} ends at ${endOffset} after ${ending}; known up to ${this.endOffset}, demanded up to ${demanded}`,
    );
    if (endOffset >= this.endOffset && ending !== 'powerLoss') return;
    this.#losses.push({ life, endOffset });
    // Segments that were removed may be back.
    this.logStartOffset = startOffset;
    for (const [offset, { id }] of this.#facts) {
      if (offset < endOffset) continue;
      this.#facts.delete(offset);
      this.#offsets.delete(id);
      const send = this.#sends.get(id);
      if (send?.state === 'acked') send.state = 'lost';
    }
    this.endOffset = Math.min(this.endOffset, endOffset);
  }
}
