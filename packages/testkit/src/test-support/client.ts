import { createMemoryPlatform } from '@ottla/platform/node';
import {
  FetchRequest,
  FetchResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  ProduceResponse,
} from '@ottla/protocol';
import { BatchBuilder, decodeRecords } from '@ottla/protocol/records';
import { RpcConnection } from '@ottla/rpc';

export const produceApi = { request: ProduceRequest, response: ProduceResponse };
export const fetchApi = { request: FetchRequest, response: FetchResponse };
export const metadataApi = { request: MetadataRequest, response: MetadataResponse };

/** One connection with the two requests that most tests need. */
export class TestClient {
  readonly rpc: RpcConnection;
  readonly #close: () => Promise<void>;

  private constructor(rpc: RpcConnection, close: () => Promise<void>) {
    this.rpc = rpc;
    this.#close = close;
  }

  static async connect({ host, port }: { readonly host: string; readonly port: number }): Promise<TestClient> {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const rpc = await RpcConnection.connect(platform, { host, port, clientId: 'a-client' });
    return new TestClient(rpc, () => platform.close());
  }

  async close(): Promise<void> {
    this.rpc.close();
    await this.#close();
  }

  /** Error code and base offset of the answer. */
  async produce(
    topic: string,
    values: readonly string[],
    partition = 0,
  ): Promise<{ error: number | undefined; offset: number }> {
    const answer = await this.rpc.call(produceApi, this.produceRequest(topic, values, partition), { version: 7 });
    const [result] = answer.responses[0]?.partitionResponses ?? [];
    return { error: result?.errorCode, offset: Number(result?.baseOffset) };
  }

  produceRequest(topic: string, values: readonly string[], partition = 0, acks = -1) {
    const batch = new BatchBuilder();
    for (const value of values) batch.append(1_700_000_000_000, Buffer.from(`key of ${value}`), Buffer.from(value));
    return {
      acks,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records: batch.build() }] }],
    };
  }

  /** Values from `offset` on. */
  async fetch(topic: string, offset: number, partition = 0): Promise<string[]> {
    const part = { partition, fetchOffset: offset, partitionMaxBytes: 1 << 20 };
    const body = { maxWaitMs: 10_000, minBytes: 1, topics: [{ topic, partitions: [part] }] };
    const answer = await this.rpc.call(fetchApi, body, { version: 4 });
    const records = answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
    return decodeRecords(records, 0).map(({ value }) => String(value));
  }
}
