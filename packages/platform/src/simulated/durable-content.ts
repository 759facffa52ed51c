import { FileContent, pageBytes } from '../memory/file-content.ts';
import type { Prng } from './prng.ts';

/** What a disk writes whole or not at all. */
export const sectorBytes = 512;

/** Of the sectors that were not synced: none, all, those up to one, any. */
export type Survival = 'nothing' | 'everything' | 'start' | 'some';
const SURVIVALS: readonly [Survival, ...Survival[]] = ['nothing', 'everything', 'start', 'some'];

/** What the platter holds where it differs from the page cache: pages as they were before they changed. */
interface Generation {
  /** The file's size when this generation began. */
  readonly size: number;
  readonly images: Map<number, Uint8Array>;
}

/** A sync that has begun: it covers what was written before, not what is written while it runs. */
export interface RunningSync {
  readonly upTo: Generation;
}

/**
 * A file of which only what was synced is certain. Writes go to the pages; the first change of a page since the last
 * sync keeps the page's former bytes as its image, and a sync drops the images: a file that is only appended to keeps at
 * most one page. A power loss puts images back, sector by sector.
 */
export class DurableContent extends FileContent {
  /** Oldest first; the last one takes new images. */
  #generations: Generation[] = [{ size: 0, images: new Map() }];
  /** Images that a failed sync lost track of: the kernel takes their pages for clean, so no later sync writes them. */
  readonly #lost = new Map<number, Uint8Array>();
  #restoring = false;

  beginSync(): RunningSync {
    const upTo = this.#newest();
    this.#generations.push({ size: this.size, images: new Map() });
    return { upTo };
  }

  endSync(sync: RunningSync, succeeded: boolean): void {
    const count = this.#generations.indexOf(sync.upTo) + 1;
    // A later sync may have ended first, and covered this one.
    for (const generation of this.#generations.splice(0, count)) {
      if (succeeded) continue;
      for (const [page, image] of generation.images) if (!this.#lost.has(page)) this.#lost.set(page, image);
    }
  }

  /** The bytes after the power has gone and come back. `survivals`: what may have become of those not synced. */
  powerLoss(prng: Prng, survivals: readonly [Survival, ...Survival[]] = SURVIVALS): void {
    const oldSize = this.#generations[0]?.size ?? 0;
    const images = new Map(this.#lost);
    for (const generation of this.#generations) {
      for (const [page, image] of generation.images) if (!images.has(page)) images.set(page, image);
    }
    this.#restoring = true;
    const survival = prng.pick(survivals);
    const newSize = survivingSize(prng, survival, oldSize, this.size);
    const pages = [...images.keys()].sort((left, right) => left - right);
    const sectorsPerPage = pageBytes / sectorBytes;
    const cut = prng.integer(pages.length * sectorsPerPage + 1);
    for (const [index, page] of pages.entries()) {
      const image = images.get(page) ?? new Uint8Array(0);
      for (let sector = 0; sector < sectorsPerPage; sector++) {
        const survives =
          survival === 'everything'
            ? !this.#lost.has(page)
            : survival === 'start'
              ? index * sectorsPerPage + sector < cut
              : survival === 'some' && prng.chance(0.5);
        if (!survives) this.#restore(page, sector, image, newSize);
      }
    }
    this.truncate(newSize);
    this.#restoring = false;
    this.#lost.clear();
    this.#generations = [{ size: newSize, images: new Map() }];
  }

  /** Changes one bit, on the platter and in the cache. */
  flipBit(position: number, bit: number): void {
    const byte = new Uint8Array(1);
    if (this.read(byte, 0, 1, position) === 0) return;
    byte[0] = (byte[0] ?? 0) ^ (1 << (bit & 7));
    this.#restoring = true;
    this.write(byte, 0, 1, position);
    this.#restoring = false;
  }

  protected override pageWillChange(index: number): void {
    if (this.#restoring) return;
    const { images, size } = this.#newest();
    if (images.has(index)) return;
    const lost = this.#lost.get(index);
    if (lost !== undefined) {
      // Dirty again, so the next sync will write it; until then the platter still has the old bytes.
      this.#lost.delete(index);
      images.set(index, lost);
      return;
    }
    // Past the size at the last sync there is nothing to bring back.
    const image = new Uint8Array(Math.max(0, Math.min(pageBytes, size - index * pageBytes)));
    this.read(image, 0, image.length, index * pageBytes);
    images.set(index, image);
  }

  #restore(page: number, sector: number, image: Uint8Array, size: number): void {
    const start = page * pageBytes + sector * sectorBytes;
    const length = Math.min(sectorBytes, Math.max(this.size, size) - start);
    if (length <= 0) return;
    const bytes = new Uint8Array(length);
    bytes.set(image.subarray(sector * sectorBytes, sector * sectorBytes + length));
    this.write(bytes, 0, length, start);
  }

  #newest(): Generation {
    const newest = this.#generations.at(-1);
    if (newest !== undefined) return newest;
    const first: Generation = { size: this.size, images: new Map() };
    this.#generations.push(first);
    return first;
  }
}

function survivingSize(prng: Prng, survival: Survival, oldSize: number, newSize: number): number {
  if (survival === 'nothing' || oldSize === newSize) return oldSize;
  if (survival === 'everything') return newSize;
  // A cut happens or not; growth may have been noted for any of the writes.
  if (newSize < oldSize) return prng.pick([oldSize, newSize]);
  const between = Math.floor((oldSize + prng.next() * (newSize - oldSize)) / sectorBytes) * sectorBytes;
  return prng.pick([oldSize, newSize, Math.max(oldSize, between)]);
}
