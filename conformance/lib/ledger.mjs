// Who acknowledged what, and what was found: every acknowledged record is there once, in its producer's order, at the offset named.

/** A place as one number, since there are many. @param {number} partition @param {number} offset */
const place = (partition, offset) => partition * 2 ** 40 + offset;
/** @param {number | undefined} at */
const told = (at) => (at === undefined ? 'lost' : `at ${Math.floor(at / 2 ** 40)}@${at % 2 ** 40}`);

export class Ledger {
  /** @param {number} partitions of the topic, whose logs begin at offset 0 */
  constructor(partitions) {
    /** Writer to the places of its records by number. @type {Map<string, Map<number, number>>} */
    this.acked = new Map();
    /** @type {Map<string, Map<number, number>>} */
    this.found = new Map();
    /** Writer and partition to the last number found. @type {Map<string, number>} */
    this.last = new Map();
    this.next = Array.from({ length: partitions }, () => 0);
    this.ackedCount = 0;
    this.foundCount = 0;
  }

  /** An event of a `load` program. @param {string} writer @param {Record<string, any>} event */
  heard(writer, { event, i, partition, offset, error }) {
    if (event === 'failed') throw new Error(`${writer} ${i} failed: ${error}`);
    if (event !== 'acked') return;
    this.ackedCount++;
    of(this.acked, writer).set(i, place(partition, offset));
  }

  /** The next record of its partition. @param {{ partition: number, offset: number, key: string, value: string }} record */
  read({ partition, offset, key, value }) {
    const due = this.next[partition];
    if (offset !== due) throw new Error(`partition ${partition}: offset ${offset} where ${due} was due`);
    this.next[partition] = offset + 1;
    this.foundCount++;
    const number = Number(value);
    const here = place(partition, offset);
    const before = of(this.found, key).get(number);
    if (before !== undefined) throw new Error(`${key} ${value} is there twice: ${told(before)} and ${told(here)}`);
    of(this.found, key).set(number, here);
    const line = `${key} ${partition}`;
    const last = this.last.get(line) ?? -1;
    if (number <= last) throw new Error(`${told(here)}: ${key} wrote ${value} before ${last}`);
    this.last.set(line, number);
  }

  /** Once everything was heard and read. */
  check() {
    for (const [writer, records] of this.acked) {
      const found = of(this.found, writer);
      for (const [number, acknowledged] of records) {
        const there = found.get(number);
        if (there === acknowledged) continue;
        throw new Error(`${writer} ${number} was acknowledged ${told(acknowledged)} and is ${told(there)}`);
      }
    }
  }
}

/** @param {Map<string, Map<number, number>>} map @param {string} key */
function of(map, key) {
  const known = map.get(key);
  if (known !== undefined) return known;
  /** @type {Map<number, number>} */
  const fresh = new Map();
  map.set(key, fresh);
  return fresh;
}
