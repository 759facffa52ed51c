/** Options that Kafka 4.2 spells anew (KIP-1147). The older spelling goes on as it was: 3.9 says nothing of it. */
export interface Respelled {
  readonly older: string;
  readonly newer: string;
}

/** Options or arguments, parsed. */
interface Given {
  has(name: string): boolean;
}

/** A pair of which both are given: each tool has its own words for that. */
export function bothSpellings(options: Given, pairs: readonly Respelled[]): Respelled | undefined {
  return pairs.find(({ older, newer }) => options.has(older) && options.has(newer));
}

/** Whether the command line is one of 4.x, by an option that 3.9 does not have. */
export function isOfKafka4(options: Given, pairs: readonly Respelled[], others: readonly string[] = []): boolean {
  return pairs.some(({ newer }) => options.has(newer)) || others.some((name) => options.has(name));
}

/** Those given in the older spelling, which 4.x calls outdated. */
export function givenOlder(options: Given, pairs: readonly Respelled[]): Respelled[] {
  return pairs.filter(({ older }) => options.has(older));
}
