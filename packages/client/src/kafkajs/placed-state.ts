/** What the application asked of partitions, whether they are assigned or not: kafkajs keeps it over rebalances. */

/** Pauses of topics and of single partitions. */
export class Pauses {
  readonly #topics = new Map<string, 'all' | Set<number>>();

  pause(topic: string, partitions: readonly number[] | undefined): void {
    if (partitions === undefined) this.#topics.set(topic, 'all');
    else {
      const known = this.#topics.get(topic);
      if (known === 'all') return;
      this.#topics.set(topic, new Set([...(known ?? []), ...partitions]));
    }
  }

  /** `assigned`: what is left paused of a topic that was paused as a whole. */
  resume(topic: string, partitions: readonly number[] | undefined, assigned: readonly number[]): void {
    const known = this.#topics.get(topic);
    if (known === undefined) return;
    if (partitions === undefined) {
      this.#topics.delete(topic);
      return;
    }
    const left = new Set(known === 'all' ? assigned : known);
    for (const partition of partitions) left.delete(partition);
    this.#topics.set(topic, left);
  }

  has(topic: string, partition: number): boolean {
    const known = this.#topics.get(topic);
    return known === 'all' || known?.has(partition) === true;
  }
}

/** Seeks that wait for their partition. */
export class Seeks {
  readonly #offsets = new Map<string, { topic: string; partition: number; offset: number }>();

  set(topic: string, partition: number, offset: number): void {
    this.#offsets.set(`${topic}-${partition}`, { topic, partition, offset });
  }

  has(topic: string, partition: number): boolean {
    return this.#offsets.has(`${topic}-${partition}`);
  }

  list(): { topic: string; partition: number; offset: number }[] {
    return [...this.#offsets.values()];
  }

  done(topic: string, partition: number): void {
    this.#offsets.delete(`${topic}-${partition}`);
  }
}
