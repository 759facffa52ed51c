import { gatherBytesMax, nudgeBytes, sourcePullBytesMax } from './limits.ts';

/** Buffers of each size kept for reuse; more than these are left to the garbage collector. */
const keptMax = 16;

/**
 * Where outgoing bytes are put together. A flush takes buffers, writes them, and then either reclaims them all, because
 * the kernel took the bytes at once (the common case: one buffer serves every connection), or lends them to the socket
 * until it is done. Only one flush uses it at a time, since a flush is synchronous.
 */
export class SendBuffers {
  readonly #gathers: Uint8Array[] = [];
  readonly #pulls: Uint8Array[] = [];
  readonly #nudges: Uint8Array[] = [];
  #inUse: Uint8Array[] = [];

  readonly newGather = (): Uint8Array => this.#use(this.#gathers.pop() ?? Buffer.allocUnsafeSlow(gatherBytesMax));
  readonly newPull = (): Uint8Array => this.#use(this.#pulls.pop() ?? Buffer.allocUnsafeSlow(sourcePullBytesMax));
  readonly newNudge = (): Uint8Array => this.#use(this.#nudges.pop() ?? Buffer.allocUnsafeSlow(nudgeBytes));

  /** The bytes of this flush are out: its buffers are free. */
  reclaim(): void {
    if (this.#inUse.length === 0) return;
    this.giveBack(this.#inUse);
    while (this.#inUse.length > 0) this.#inUse.pop();
  }

  /** The socket still reads the buffers of this flush: they belong to the caller until `giveBack`. */
  lend(): Uint8Array[] {
    const lent = this.#inUse;
    this.#inUse = [];
    return lent;
  }

  giveBack(buffers: readonly Uint8Array[]): void {
    for (const buffer of buffers) {
      const kept = this.#keptOf(buffer.length);
      if (kept.length < keptMax) kept.push(buffer);
    }
  }

  #keptOf(size: number): Uint8Array[] {
    if (size === nudgeBytes) return this.#nudges;
    return size === gatherBytesMax ? this.#gathers : this.#pulls;
  }

  #use(buffer: Uint8Array): Uint8Array {
    this.#inUse.push(buffer);
    return buffer;
  }
}
