import type { FetchRequestInit, FetchResponse, FetchResponsePartitionData } from '@ottla/protocol';
import { ErrorCode } from '@ottla/protocol';

export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  offset: number;
}

/** The client's half of an incremental fetch session (KIP-227): after the first request only what changed is named. */
export class ClientFetchSession {
  readonly #incremental: boolean;
  #id = 0;
  #epoch: number;
  /** Offsets as the broker knows them. */
  readonly #known = new Map<string, number>();

  constructor(incremental: boolean) {
    this.#incremental = incremental;
    this.#epoch = incremental ? 0 : -1;
  }

  reset(): void {
    this.#id = 0;
    this.#epoch = this.#incremental ? 0 : -1;
    this.#known.clear();
  }

  request(
    positions: readonly FetchPosition[],
    partitionMaxBytes: number,
  ): Pick<FetchRequestInit, 'sessionId' | 'sessionEpoch' | 'topics'> {
    const changed = positions.filter(
      ({ topic, partition, offset }) => this.#epoch <= 0 || this.#known.get(`${topic}-${partition}`) !== offset,
    );
    const topics = new Map<string, { partition: number; fetchOffset: number; partitionMaxBytes: number }[]>();
    for (const { topic, partition, offset } of changed) {
      this.#known.set(`${topic}-${partition}`, offset);
      const partitions = topics.get(topic) ?? [];
      partitions.push({ partition, fetchOffset: offset, partitionMaxBytes });
      topics.set(topic, partitions);
    }
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
    };
  }

  /** The partitions of the answer; undefined when the session is gone and the next request starts over. */
  answered(response: FetchResponse): { topic: string; data: FetchResponsePartitionData }[] | undefined {
    if (response.errorCode !== ErrorCode.NONE) {
      this.reset();
      return undefined;
    }
    if (this.#incremental) {
      if (this.#epoch === 0) this.#id = response.sessionId;
      this.#epoch = this.#id === 0 ? 0 : this.#epoch + 1;
    }
    return response.responses.flatMap(({ topic, partitions }) => partitions.map((data) => ({ topic, data })));
  }
}
