/** What is to be told about acquired records of one partition, by offset (KIP-932). */

/** Kafka's codes. `gap`: there is no record at that offset. `renew`: not done yet, keep it locked (KIP-1222). */
export const ACKNOWLEDGE_TYPES = { gap: 0, accept: 1, release: 2, reject: 3, renew: 4 } as const;
export type AcknowledgeType = keyof typeof ACKNOWLEDGE_TYPES;

export interface AcknowledgementBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** One for all, or one for each offset. */
  readonly acknowledgeTypes: readonly number[];
}

export class Acknowledgements {
  readonly #types = new Map<number, AcknowledgeType>();

  get size(): number {
    return this.#types.size;
  }

  /** Offsets of records, without gaps: what an application knows of. */
  get offsets(): number[] {
    return [...this.#types.keys()].filter((offset) => this.#types.get(offset) !== 'gap').toSorted((a, b) => a - b);
  }

  has(offset: number): boolean {
    return this.#types.has(offset);
  }

  set(offset: number, type: AcknowledgeType): void {
    this.#types.set(offset, type);
  }

  /** Ascending ranges without holes. */
  batches(): AcknowledgementBatch[] {
    const batches: AcknowledgementBatch[] = [];
    let types: number[] = [];
    let first = 0;
    const end = (): void => {
      if (types.length === 0) return;
      const isUniform = types.every((type) => type === types[0]);
      const acknowledgeTypes = isUniform ? types.slice(0, 1) : types;
      batches.push({ firstOffset: first, lastOffset: first + types.length - 1, acknowledgeTypes });
      types = [];
    };
    for (const [offset, type] of [...this.#types].toSorted(([a], [b]) => a - b)) {
      if (offset !== first + types.length) end();
      if (types.length === 0) first = offset;
      types.push(ACKNOWLEDGE_TYPES[type]);
    }
    end();
    return batches;
  }
}
