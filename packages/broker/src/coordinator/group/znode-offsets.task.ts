import type { Coordination } from '@ottla/coordination';
import { ErrorCode } from '@ottla/protocol';

export interface ZnodeOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Offsets of consumers from before groups were the brokers' business: OffsetCommit and OffsetFetch v0 keep them in
 * `/consumers/<group>/offsets/<topic>/<partition>`, as text (KafkaZkClient.setOrCreateConsumerOffset).
 */
export class ZnodeOffsets {
  readonly #coordination: Coordination;

  constructor(coordination: Coordination) {
    this.#coordination = coordination;
  }

  /** Answers in the order given. */
  commit(groupId: string, offsets: readonly ZnodeOffset[]): Promise<ErrorCode[]> {
    return Promise.all(offsets.map((offset) => this.#commit(groupId, offset)));
  }

  /** Undefined: none was committed, or it cannot be read. */
  read(
    groupId: string,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<(number | undefined)[]> {
    return Promise.all(
      partitions.map(async ({ topic, partition }) => {
        const node = await this.#coordination.get(offsetPath(groupId, topic, partition));
        const offset = node.ok && node.data !== null ? Number(node.data.toString('utf8')) : Number.NaN;
        return Number.isSafeInteger(offset) ? offset : undefined;
      }),
    );
  }

  async #commit(groupId: string, { topic, partition, offset }: ZnodeOffset): Promise<ErrorCode> {
    const path = offsetPath(groupId, topic, partition);
    const data = Buffer.from(String(offset));
    const set = await this.#coordination.set(path, data, -1);
    if (set.ok) return ErrorCode.NONE;
    if (set.code !== 'NoNode') return ErrorCode.UNKNOWN_SERVER_ERROR;
    // Folders from the top; that they exist already is no matter.
    for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
      await this.#coordination.create(path.slice(0, end), null);
    }
    const made = await this.#coordination.create(path, data);
    if (made.ok) return ErrorCode.NONE;
    // Somebody else made it meanwhile.
    const again = await this.#coordination.set(path, data, -1);
    return again.ok ? ErrorCode.NONE : ErrorCode.UNKNOWN_SERVER_ERROR;
  }
}

function offsetPath(groupId: string, topic: string, partition: number): string {
  return `/consumers/${groupId}/offsets/${topic}/${partition}`;
}
