// The records that every client program writes; see ../clients/README.md.

/** @param {number} i @returns {string | null} */
export const keyOf = (i) => (i % 10 === 3 ? null : `key-${i}`);

/** @param {number} i @returns {string | null} */
export const valueOf = (i) => (i % 10 === 5 ? null : `value-${i}-${'abcdefghij'.repeat(i % 10)}`);

/**
 * What a library can express. `headers`: 'each' (own headers a record), 'constant' (the same for all), 'none'.
 * `timestamps`: 'set' (the program chooses), 'now' (the library's clock), 'none' (the old format has none).
 * @typedef {{ headers: 'each' | 'constant' | 'none', timestamps: 'set' | 'now' | 'none' }} Abilities
 */

/**
 * The first difference between what was read and what `produce` wrote, or undefined.
 * @param {Record<string, any>[]} read `record` events of one topic
 * @param {{ start: number, count: number, partitions: number, base: number, name: string, abilities: Abilities, firstOffset?: number, only?: 'headers' | 'nulls' | 'timestamps' }} wrote what was written; `only`: compare nothing else
 * @returns {string | undefined}
 */
export function difference(read, { start, count, partitions, base, name, abilities, firstOffset = 0, only }) {
  if (read.length !== count) return `${read.length} records instead of ${count}`;
  for (let partition = 0; partition < partitions; partition++) {
    const got = read.filter((record) => record.partition === partition);
    let offset = firstOffset;
    let i = start + ((((partition - start) % partitions) + partitions) % partitions);
    for (const record of got) {
      const where = `partition ${partition}, offset ${record.offset}`;
      const wrong = (what, expected, found) =>
        `${where}: ${what} ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
      if (record.offset !== offset) return wrong('offset', offset, record.offset);
      for (const [what, expected] of [
        ['key', keyOf(i)],
        ['value', valueOf(i)],
      ]) {
        const same = only === 'nulls' ? (record[what] === null) === (expected === null) : record[what] === expected;
        if ((only === undefined || only === 'nulls') && !same) return wrong(what, expected, record[what]);
      }
      if (only === undefined || only === 'timestamps') {
        if (abilities.timestamps === 'set' && record.timestamp !== base + i)
          return wrong('timestamp', base + i, record.timestamp);
        if (abilities.timestamps === 'now' && !(Math.abs(record.timestamp - base) < 600_000))
          return wrong('timestamp', `about ${base}`, record.timestamp);
      }
      if (abilities.headers !== 'none' && (only === undefined || only === 'headers')) {
        const headers = abilities.headers === 'each' ? { client: name, n: String(i) } : { client: name };
        if (JSON.stringify(record.headers) !== JSON.stringify(headers))
          return wrong('headers', headers, record.headers);
      }
      offset++;
      i += partitions;
    }
  }
  return undefined;
}
