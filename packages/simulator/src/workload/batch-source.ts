import type { Prng } from '@ottla/platform/simulated';
import type { SimulationContext } from '../context.ts';
import { Send } from '../model/send.ts';
import type { ProducerOptions } from '../simulation-options.ts';
import { type BatchRecord, OutgoingBatch } from './batch.ts';

/** Makes a producer's batches: how many records, how large, for which partition. */
export class BatchSource {
  readonly #context: SimulationContext;
  readonly #name: string;
  readonly #options: ProducerOptions;
  readonly #prng: Prng;
  readonly #mayRepeat: boolean;
  #batches = 0;
  #records = 0;

  constructor(context: SimulationContext, name: string, options: ProducerOptions, prng: Prng, mayRepeat: boolean) {
    this.#context = context;
    this.#name = name;
    this.#options = options;
    this.#prng = prng;
    this.#mayRepeat = mayRepeat;
  }

  get isExhausted(): boolean {
    return this.#batches >= this.#options.batches;
  }

  next(wallMs: number): OutgoingBatch {
    this.#batches++;
    const prng = this.#prng;
    const { topics } = this.#context.options;
    const topic = topics[prng.integer(topics.length)] ?? topics[0];
    if (topic === undefined) throw new Error('A run has at least one topic');
    const count = prng.between(1, this.#options.recordsMax);
    const records: BatchRecord[] = [];
    for (let index = 0; index < count; index++) {
      const send = new Send(`${this.#name}:${this.#records++}`, this.#mayRepeat);
      this.#context.sends.set(send.id, send);
      const timestamp = wallMs + prng.integer(20) - 10;
      records.push({ send, padding: this.#padding(), timestamp });
    }
    return new OutgoingBatch(topic.name, prng.integer(topic.partitions), records);
  }

  /** Half noise, half repetition: a codec has something to do and something left. */
  #padding(): string {
    const length = this.#prng.integer(this.#options.valueBytesMax + 1);
    let text = '';
    while (text.length < length / 2) text += this.#prng.uint32().toString(36);
    return text.padEnd(length, 'the same ');
  }
}
