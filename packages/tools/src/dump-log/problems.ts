type Pair = readonly [number | bigint, number | bigint];

/** What does not fit together in the files that were dumped, to be told at the end on standard error. */
export class Problems {
  readonly #mismatches = new Map<string, Pair[]>();
  readonly #timestampMismatches = new Map<string, Pair[]>();
  readonly #outOfOrder = new Map<string, Pair[]>();
  readonly #notFound = new Map<string, Pair[]>();
  readonly #nonConsecutive = new Map<string, Pair[]>();

  indexMismatch(path: string, indexOffset: number, logOffset: number): void {
    add(this.#mismatches, path, [indexOffset, logOffset]);
  }

  timestampMismatch(path: string, indexed: number | bigint, found: number | bigint): void {
    add(this.#timestampMismatches, path, [indexed, found]);
  }

  timestampOutOfOrder(path: string, indexed: number | bigint, previous: number | bigint): void {
    add(this.#outOfOrder, path, [indexed, previous]);
  }

  /** `found`: -1 when the log ends before the offset. */
  offsetNotFound(path: string, indexed: number, found: number): void {
    add(this.#notFound, path, [indexed, found]);
  }

  nonConsecutive(path: string, first: number, second: number): void {
    add(this.#nonConsecutive, path, [first, second]);
  }

  text(): string {
    let text = '';
    const tell = (
      problems: Map<string, Pair[]>,
      head: (path: string) => string,
      line: (pair: Pair) => string,
    ): void => {
      for (const [path, pairs] of problems) text += `${head(path)}\n${pairs.map((pair) => `${line(pair)}\n`).join('')}`;
    };
    // Kafka tells the newest of these two kinds first.
    for (const problems of [this.#mismatches, this.#nonConsecutive])
      for (const pairs of problems.values()) pairs.reverse();
    tell(
      this.#mismatches,
      (path) => `Mismatches in :${path}`,
      ([index, log]) => `  Index offset: ${index}, log offset: ${log}`,
    );
    tell(
      this.#timestampMismatches,
      (path) => `Found timestamp mismatch in :${path}`,
      ([index, log]) => `  Index timestamp: ${index}, log timestamp: ${log}`,
    );
    tell(
      this.#outOfOrder,
      (path) => `Found out of order timestamp in :${path}`,
      ([index, previous]) => `  Index timestamp: ${index}, Previously indexed timestamp: ${previous}`,
    );
    tell(
      this.#notFound,
      () => 'The following indexed offsets are not found in the log.',
      ([indexed, found]) => `Indexed offset: ${indexed}, found log offset: ${found}`,
    );
    tell(
      this.#nonConsecutive,
      (path) => `Non-consecutive offsets in ${path}`,
      ([first, second]) => `  ${first} is followed by ${second}`,
    );
    return text;
  }
}

function add(problems: Map<string, Pair[]>, path: string, pair: Pair): void {
  const pairs = problems.get(path);
  if (pairs === undefined) problems.set(path, [pair]);
  else pairs.push(pair);
}
