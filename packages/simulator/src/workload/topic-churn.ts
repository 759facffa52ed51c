import type { Prng } from '@ottla/platform/simulated';
import { ErrorCode, errorName } from '@ottla/protocol';
import { BatchBuilder, decodeRecords, readBatches } from '@ottla/protocol/records';
import { apis } from '../apis.ts';
import type { SimulationContext } from '../context.ts';
import { idOf, valueOf } from '../model/send.ts';
import type { Client } from './client.ts';

const TOPIC = 'churn';
const MISSING = 'missing';

/**
 * Creates a topic, writes to it, reads it, deletes it, over and over. Each time it has a new id and none of the records of
 * the time before, and what was acknowledged is there.
 */
export class TopicChurn {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #prng: Prng;
  /** Ids of topics that were seen to be gone. */
  readonly #gone = new Set<string>();

  constructor(client: Client, prng: Prng) {
    this.#context = client.context;
    this.#client = client;
    this.#prng = prng;
  }

  get #diskMayFail(): boolean {
    const { fullDiskMs, diskErrorMs } = this.#context.options.faults;
    return fullDiskMs > 0 || diskErrorMs > 0;
  }

  async run(): Promise<void> {
    while (!this.#context.isDone) {
      const topicId = await this.#create();
      if (topicId === undefined) return;
      await this.#use(topicId);
      await this.#delete(topicId);
      if (this.#context.isSettling) return;
      await this.#client.sleep(this.#prng.delay(20, 300));
    }
  }

  /** The id of the topic once it exists. */
  async #create(): Promise<string | undefined> {
    while (await this.#client.connected()) {
      const answer = await this.#client.ask(apis.createTopics, {
        topics: [
          {
            name: TOPIC,
            numPartitions: 1,
            replicationFactor: 1,
            assignments: [],
            configs: Object.entries(this.#context.options.topicConfig).map(([name, value]) => ({ name, value })),
          },
        ],
        timeoutMs: 1500,
      });
      this.#expect('CreateTopics', answer?.topics[0]?.errorCode, [
        ErrorCode.NONE,
        ErrorCode.TOPIC_ALREADY_EXISTS,
        ErrorCode.REQUEST_TIMED_OUT,
        ErrorCode.NOT_CONTROLLER,
      ]);
      const topicId = await this.#topicId();
      if (topicId !== undefined && topicId !== MISSING) {
        this.#context.verdict.require(
          !this.#gone.has(topicId),
          'topic-id',
          () => `Topic ${TOPIC} is back with id ${topicId}, which was deleted`,
        );
        return topicId;
      }
      await this.#client.sleep(50);
    }
    return undefined;
  }

  async #use(topicId: string): Promise<void> {
    const { powerLosses } = this.#context;
    const acked = new Set<string>();
    const batches = this.#prng.between(1, 6);
    for (let index = 0; index < batches; index++) {
      const id = `${topicId}:${index}`;
      if (!(await this.#client.connected())) return;
      if (await this.#produce(id)) acked.add(id);
      await this.#client.sleep(this.#prng.delay(0, 40));
    }
    const found = await this.#read(topicId);
    if (found === undefined) return;
    const mayBeLost = this.#context.powerLosses !== powerLosses && !this.#context.options.flushesEach;
    for (const id of acked) {
      this.#context.verdict.require(
        mayBeLost || this.#context.options.hasRetention || found.has(id),
        'R10 lost-write',
        () => `${TOPIC} has not ${id}, which was acknowledged`,
      );
    }
  }

  async #produce(id: string): Promise<boolean> {
    const builder = new BatchBuilder();
    builder.append(this.#client.platform.clock.wallMs(), null, valueOf(id, 'x'.repeat(this.#prng.integer(400))));
    const outcome = await this.#client.call(
      apis.produce,
      {
        acks: -1,
        timeoutMs: 1500,
        topicData: [{ name: TOPIC, partitionData: [{ index: 0, records: builder.build() }] }],
      },
      { version: 11 },
    );
    return (
      outcome.kind === 'answer' && outcome.answer.responses[0]?.partitionResponses[0]?.errorCode === ErrorCode.NONE
    );
  }

  /** All ids in the topic; undefined when it could not be read. */
  async #read(topicId: string): Promise<Set<string> | undefined> {
    const found = new Set<string>();
    let offset = 0;
    for (let tries = 0; tries < 20 && (await this.#client.connected()); tries++) {
      const outcome = await this.#client.call(
        apis.fetch,
        {
          maxWaitMs: 0,
          minBytes: 0,
          maxBytes: 100_000,
          topics: [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 100_000 }] }],
        },
        { version: 12 },
      );
      const data = outcome.kind === 'answer' ? outcome.answer.responses[0]?.partitions[0] : undefined;
      if (data === undefined || data.errorCode !== ErrorCode.NONE) return undefined;
      for (const batch of readBatches(data.records ?? Buffer.alloc(0))) {
        for (const record of decodeRecords(batch.buffer, batch.start)) {
          const id = idOf(record.value) ?? '';
          this.#context.verdict.require(
            id.startsWith(`${topicId}:`),
            'topic-id',
            () => `${TOPIC} with id ${topicId} has at ${record.offset} ${id}, of another topic of that name`,
          );
          found.add(id);
        }
        offset = batch.lastOffset + 1;
      }
      if (offset >= Number(data.highWatermark)) return found;
    }
    return undefined;
  }

  async #delete(topicId: string): Promise<void> {
    while (await this.#client.connected()) {
      const answer = await this.#client.ask(apis.deleteTopics, { topics: [{ name: null, topicId }], timeoutMs: 1500 });
      this.#expect('DeleteTopics', answer?.responses[0]?.errorCode, [
        ErrorCode.NONE,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.REQUEST_TIMED_OUT,
        ErrorCode.NOT_CONTROLLER,
      ]);
      const now = await this.#topicId();
      if (now === MISSING) this.#gone.add(topicId);
      if (now !== undefined && now !== topicId) return;
      await this.#client.sleep(50);
    }
  }

  /** Undefined: no answer. */
  async #topicId(): Promise<string | undefined> {
    const answer = await this.#client.ask(apis.metadata, { topics: [{ name: TOPIC }], allowAutoTopicCreation: false });
    const topic = answer?.topics[0];
    if (topic?.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return MISSING;
    return topic?.errorCode === ErrorCode.NONE ? topic.topicId : undefined;
  }

  #expect(api: string, error: number | undefined, expected: readonly number[]): void {
    this.#context.verdict.require(
      error === undefined || expected.includes(error) || (error === ErrorCode.KAFKA_STORAGE_ERROR && this.#diskMayFail),
      'unexpected-answer',
      () => `${api} was answered with ${errorName(error ?? 0)}`,
    );
  }
}
