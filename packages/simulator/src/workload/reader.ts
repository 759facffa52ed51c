import type { Prng } from '@ottla/platform/simulated';
import { modelOf, type SimulationContext } from '../context.ts';
import type { ReaderOptions } from '../simulation-options.ts';
import type { Client } from './client.ts';
import { FetchLoop } from './fetch-loop.ts';

/** A consumer that reads all partitions from their start, and now and then something in the middle again. */
export class Reader {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #options: ReaderOptions;
  readonly #prng: Prng;
  readonly #loop: FetchLoop;
  readonly #seeks: FetchLoop;

  constructor(client: Client, options: ReaderOptions, prng: Prng) {
    this.#context = client.context;
    this.#client = client;
    this.#options = options;
    this.#prng = prng;
    this.#loop = new FetchLoop(client, options);
    this.#seeks = new FetchLoop(client, { ...options, sessions: false, maxWaitMs: 0 });
    this.#loop.assign(
      [...this.#context.models.values()].map(({ topic, partition }) => ({ topic, partition, offset: 0 })),
    );
  }

  /** Whether it has read everything below these ends, by `topic-partition`. */
  hasReached(ends: ReadonlyMap<string, number>): boolean {
    return this.#loop.positions.every(
      ({ topic, partition, offset }) => offset >= (ends.get(`${topic}-${partition}`) ?? 0),
    );
  }

  describe(): string {
    const positions = this.#loop.positions.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`);
    return `${this.#client.name}: ${positions.join(' ')}`;
  }

  async run(): Promise<void> {
    while (await this.#client.connected()) {
      if (this.#prng.chance(this.#options.seekChance)) await this.#seek();
      const isFine = await this.#loop.poll();
      if (!isFine || this.#options.maxWaitMs === 0) await this.#client.sleep(this.#prng.delay(5, 30));
      else if (!this.#context.isSettling) await this.#client.sleep(this.#prng.delay(0, 5));
    }
  }

  async #seek(): Promise<void> {
    const positions = this.#loop.positions.filter(({ offset }) => offset > 0);
    const position = positions[this.#prng.integer(positions.length)];
    if (position === undefined) return;
    const { topic, partition } = position;
    const { logStartOffset } = modelOf(this.#context, topic, partition);
    const span = Math.max(0, position.offset - logStartOffset);
    this.#seeks.assign([{ topic, partition, offset: logStartOffset + this.#prng.integer(span) }]);
    await this.#seeks.poll();
  }
}
