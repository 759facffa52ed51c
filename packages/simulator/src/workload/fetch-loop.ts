import { ErrorCode, errorName, type FetchResponsePartitionData } from '@ottla/protocol';
import { apis } from '../apis.ts';
import { modelOf, type SimulationContext } from '../context.ts';
import type { ReaderOptions } from '../simulation-options.ts';
import type { Client } from './client.ts';
import { ClientFetchSession, type FetchPosition } from './fetch-session.ts';
import { takeRecords } from './fetched.ts';

/** Reads partitions onwards from where it stands: what readers and group members share. */
export class FetchLoop {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #options: ReaderOptions;
  readonly #session: ClientFetchSession;
  #connection: unknown;
  positions: FetchPosition[] = [];

  constructor(client: Client, options: ReaderOptions) {
    this.#context = client.context;
    this.#client = client;
    this.#options = options;
    this.#session = new ClientFetchSession(options.sessions);
  }

  /** Other partitions from now on. */
  assign(positions: FetchPosition[]): void {
    this.positions = positions;
    this.#session.reset();
  }

  /** One fetch. True when it brought an answer without errors. */
  async poll(): Promise<boolean> {
    if (this.#connection !== this.#client.connection) {
      // Another broker life may have the id of our session for another one.
      this.#session.reset();
      this.#connection = this.#client.connection;
    }
    const { maxWaitMs, maxBytes, partitionMaxBytes } = this.#options;
    const asked = new Map(
      this.positions.map((position) => [`${position.topic}-${position.partition}`, position.offset]),
    );
    const outcome = await this.#client.call(
      apis.fetch,
      { maxWaitMs, minBytes: 1, maxBytes, ...this.#session.request(this.positions, partitionMaxBytes) },
      // Later versions name topics by id.
      { version: 12 },
    );
    if (outcome.kind !== 'answer') {
      this.#session.reset();
      return false;
    }
    const partitions = this.#session.answered(outcome.answer);
    if (partitions === undefined) return false;
    let isFine = true;
    for (const { topic, data } of partitions) {
      const offset = asked.get(`${topic}-${data.partitionIndex}`);
      const position = this.positions.find((one) => one.topic === topic && one.partition === data.partitionIndex);
      if (offset === undefined || position === undefined) {
        return this.#context.verdict.fail(
          'correctness',
          'fetch-session',
          `${this.#client.name} got ${topic}-${data.partitionIndex} without asking for it`,
        );
      }
      if (!(await this.#take(position, offset, data, outcome.life))) isFine = false;
    }
    return isFine;
  }

  async #take(
    position: FetchPosition,
    offset: number,
    data: FetchResponsePartitionData,
    life: number,
  ): Promise<boolean> {
    const model = modelOf(this.#context, position.topic, position.partition);
    const { verdict } = this.#context;
    if (data.errorCode === ErrorCode.NONE) {
      model.logStartOffset = Math.max(model.logStartOffset, Number(data.logStartOffset));
      position.offset = takeRecords(
        model,
        verdict,
        data.records ?? Buffer.alloc(0),
        offset,
        Number(data.highWatermark),
        life,
      );
      return true;
    }
    if (data.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      const range = await this.#range(position);
      if (range === undefined) return false;
      const isExpected =
        (this.#context.options.hasRetention && offset < range.earliest) ||
        (model.lossCount > 0 && offset > model.lowestLossOffset);
      verdict.require(
        isExpected,
        'R6 out-of-range',
        () => `${model.name}: ${offset} is out of range, the log has ${range.earliest} to ${range.latest}`,
      );
      position.offset = Math.min(Math.max(offset, range.earliest), range.latest);
      return false;
    }
    const isPassing =
      data.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER ||
      data.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION ||
      data.errorCode === ErrorCode.KAFKA_STORAGE_ERROR;
    verdict.require(isPassing, 'unexpected-answer', () => `Fetch of ${model.name}: ${errorName(data.errorCode)}`);
    return false;
  }

  async #range({ topic, partition }: FetchPosition): Promise<{ earliest: number; latest: number } | undefined> {
    const earliest = await listOffset(this.#client, topic, partition, EARLIEST);
    const latest = await listOffset(this.#client, topic, partition, LATEST);
    return earliest === undefined || latest === undefined ? undefined : { earliest, latest };
  }
}

export const LATEST = -1;
export const EARLIEST = -2;

/** ListOffsets for one partition; undefined without an answer or with a passing error, -1 when there is no such offset. */
export async function listOffset(
  client: Client,
  topic: string,
  partition: number,
  timestamp: number,
): Promise<number | undefined> {
  const answer = await client.ask(apis.listOffsets, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
  });
  const found = answer?.topics[0]?.partitions[0];
  return found?.errorCode === ErrorCode.NONE ? Number(found.offset) : undefined;
}
