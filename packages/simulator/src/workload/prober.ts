import type { Prng } from '@ottla/platform/simulated';
import { ErrorCode, errorName } from '@ottla/protocol';
import { apis } from '../apis.ts';
import type { SimulationContext } from '../context.ts';
import type { Client } from './client.ts';
import { EARLIEST, LATEST, listOffset } from './fetch-loop.ts';

/** Asks for metadata and offsets all the time: names, ids and the cluster must not change, "latest" not fall behind what is known. */
export class Prober {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #prng: Prng;
  readonly #topicIds = new Map<string, string>();
  #clusterId: string | null | undefined;

  constructor(client: Client, prng: Prng) {
    this.#context = client.context;
    this.#client = client;
    this.#prng = prng;
  }

  async run(): Promise<void> {
    while (await this.#client.connected()) {
      if (this.#prng.chance(0.4)) await this.#metadata();
      else await this.#offsets();
      await this.#client.sleep(this.#prng.delay(5, 80));
    }
  }

  async #metadata(): Promise<void> {
    const { options, verdict } = this.#context;
    const answer = await this.#client.ask(apis.metadata, {
      topics: options.topics.map(({ name }) => ({ name })),
      allowAutoTopicCreation: false,
    });
    if (answer === undefined) return;
    const check = 'metadata';
    this.#clusterId ??= answer.clusterId;
    verdict.require(
      answer.clusterId === this.#clusterId,
      check,
      () => `The cluster id was ${this.#clusterId} and is now ${answer.clusterId}`,
    );
    for (const topic of answer.topics) {
      const name = topic.name ?? '';
      verdict.require(
        topic.errorCode === ErrorCode.NONE,
        check,
        () => `Metadata of ${name} was answered with ${errorName(topic.errorCode)}`,
      );
      const id = this.#topicIds.get(name) ?? topic.topicId;
      this.#topicIds.set(name, id);
      verdict.require(topic.topicId === id, check, () => `Topic ${name} had id ${id} and has now ${topic.topicId}`);
      const wanted = options.topics.find((one) => one.name === name)?.partitions;
      verdict.require(
        topic.partitions.length === wanted,
        check,
        () => `Topic ${name} has ${topic.partitions.length} partitions instead of ${wanted}`,
      );
    }
  }

  async #offsets(): Promise<void> {
    const models = [...this.#context.models.values()];
    const model = models[this.#prng.integer(models.length)];
    if (model === undefined) return;
    const { endOffset, lossCount, logStartOffset } = model;
    const latest = await listOffset(this.#client, model.topic, model.partition, LATEST);
    const earliest = await listOffset(this.#client, model.topic, model.partition, EARLIEST);
    if (latest === undefined || earliest === undefined || model.lossCount !== lossCount) return;
    this.#context.verdict.require(
      latest >= endOffset,
      'R6 latest',
      () => `${model.name}: latest is ${latest}, but ${endOffset - 1} was known when it was asked for`,
    );
    this.#context.verdict.require(
      earliest >= logStartOffset && (earliest === 0 || this.#context.options.hasRetention),
      'R6 earliest',
      () => `${model.name}: earliest is ${earliest}, the log start was ${logStartOffset}`,
    );
  }
}
