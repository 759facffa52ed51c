import type { Prng } from '@ottla/platform/simulated';
import { errorName } from '@ottla/protocol';
import type { SimulationContext } from '../context.ts';
import type { ProducerOptions } from '../simulation-options.ts';
import type { OutgoingBatch } from './batch.ts';
import { BatchSource } from './batch-source.ts';
import type { Client } from './client.ts';
import { acknowledged, isTryAgain, isUnknownOutcome, produce } from './produce-call.ts';

/**
 * A producer without idempotence. On an unknown outcome it either gives the batch up (at most once: never in the log
 * twice) or sends it again (at least once).
 */
export class PlainProducer {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #options: ProducerOptions;
  readonly #source: BatchSource;
  readonly #prng: Prng;
  readonly #repeats: boolean;
  #waiting: OutgoingBatch[] = [];

  constructor(client: Client, options: ProducerOptions, prng: Prng) {
    this.#context = client.context;
    this.#client = client;
    this.#options = options;
    this.#prng = prng;
    this.#repeats = prng.chance(0.5);
    this.#source = new BatchSource(this.#context, client.name, options, prng, this.#repeats);
  }

  async run(): Promise<void> {
    while (!this.#context.isDone && (this.#waiting.length > 0 || !this.#source.isExhausted)) {
      await this.#client.sleep(this.#context.isSettling ? 1 : this.#prng.delay(0, this.#options.pauseMs));
      if (!(await this.#client.connected())) return;
      while (this.#waiting.length < this.#options.inFlightMax && !this.#source.isExhausted) {
        this.#waiting.push(this.#source.next(this.#client.platform.clock.wallMs()));
      }
      const round = this.#waiting;
      this.#waiting = [];
      const again = await Promise.all(round.map((batch) => this.#send(batch)));
      this.#waiting = round.filter((_batch, index) => again[index] === true);
      if (this.#waiting.length > 0) await this.#client.sleep(20);
    }
  }

  /** True when the batch is to be sent again. */
  async #send(batch: OutgoingBatch): Promise<boolean> {
    const { acks, codec } = this.#options;
    const outcome = await produce(this.#client, batch, acks, codec, undefined);
    if (outcome.kind === 'unsent') return true;
    if (outcome.kind === 'answer') {
      if (outcome.error === 0) {
        acknowledged(this.#context, batch, outcome.baseOffset, outcome.life);
        return false;
      }
      if (isTryAgain(outcome.error, outcome.baseOffset)) return true;
      if (!isUnknownOutcome(outcome.error)) {
        this.#context.verdict.fail(
          'correctness',
          'unexpected-answer',
          `Produce to ${batch.topic}-${batch.partition} was answered with ${errorName(outcome.error)}`,
        );
      }
    }
    for (const { send } of batch.records) send.state = 'unknown';
    return this.#repeats;
  }
}
