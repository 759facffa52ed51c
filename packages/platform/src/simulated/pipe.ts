import type { SimulatedConnection } from './connection.ts';
import type { Link } from './link.ts';
import type { Prng } from './prng.ts';
import type { SimulatedWorld } from './world.ts';

interface Segment {
  readonly atMs: number;
  /** Undefined: the end of the stream. */
  readonly bytes: Buffer | undefined;
}

/**
 * One direction of a connection: what the two kernels and the wire between them hold. Bytes keep their order; between the
 * sender's flush and the receiver's read there are never more than `windowBytes`.
 */
export class Pipe {
  readonly #world: SimulatedWorld;
  readonly #prng: Prng;
  readonly #link: Link;
  readonly #back: Link;
  readonly #receiver: SimulatedConnection;
  readonly #sender: SimulatedConnection;
  #transit: Segment[] = [];
  #arrived: Buffer[] = [];
  #ended = false;
  /** Bytes in transit, arrived, or read but not yet acknowledged. */
  #heldBytes = 0;
  #readBytes = 0;
  #lastArrivalMs = 0;
  #arrivalScheduled = false;
  #ackScheduled = false;
  #heldSinceMs: number | undefined;
  #wakeAsked = false;
  #broken = false;

  constructor(
    world: SimulatedWorld,
    prng: Prng,
    link: Link,
    back: Link,
    ends: { sender: SimulatedConnection; receiver: SimulatedConnection },
  ) {
    this.#world = world;
    this.#prng = prng;
    this.#link = link;
    this.#back = back;
    this.#sender = ends.sender;
    this.#receiver = ends.receiver;
  }

  /** Bytes the sender's kernel takes now; when none, the sender hears as soon as there is room again. */
  room(): number {
    const roomBytes = this.#link.faults.windowBytes - this.#heldBytes;
    if (roomBytes <= 0) this.#acknowledgeLater();
    return Math.max(0, roomBytes);
  }

  /** Bytes that wait for the receiver to read them. */
  get arrivedBytes(): number {
    return this.#arrived.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  /** Takes ownership of `bytes`; undefined ends the stream. */
  push(bytes: Buffer | undefined): void {
    if (this.#broken) return;
    const { msMin, msMean, bytesPerMs } = this.#link.faults;
    const length = bytes?.length ?? 0;
    this.#heldBytes += length;
    const delayMs = this.#prng.delay(msMin, msMean) + length / bytesPerMs;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs + length / bytesPerMs, this.#world.nowMs + delayMs);
    this.#transit.push({ atMs: this.#lastArrivalMs, bytes });
    this.#arriveLater();
  }

  /** The sender's kernel resets: what is under way is lost. */
  reset(): void {
    this.break();
    this.#resetLater(this.#receiver, this.#link);
  }

  /** Nothing moves any more; what is in it is lost. */
  break(): void {
    this.#broken = true;
    this.#transit = [];
    this.#arrived = [];
  }

  /** A piece of what has arrived, or `end`, or undefined when there is nothing. */
  read(bytesMax: number): Buffer | 'end' | undefined {
    if (this.#arrived.length === 0) return this.#ended ? 'end' : undefined;
    const all =
      this.#arrived.length === 1 && this.#arrived[0] !== undefined ? this.#arrived[0] : Buffer.concat(this.#arrived);
    let length = Math.min(all.length, bytesMax);
    if (this.#prng.chance(this.#link.faults.splitChance)) length = this.#prng.between(1, length);
    this.#arrived = length === all.length ? [] : [all.subarray(length)];
    this.#readBytes += length;
    if (this.#sender.wantsRoom) this.#acknowledgeLater();
    return all.subarray(0, length);
  }

  #arriveLater(): void {
    const first = this.#transit[0];
    if (first === undefined || this.#arrivalScheduled || this.#broken) return;
    if (this.#isHeld()) return;
    this.#arrivalScheduled = true;
    this.#world.schedule(first.atMs - this.#world.nowMs, undefined, 'net.arrive', () => {
      this.#arrivalScheduled = false;
      if (!this.#broken && !this.#isHeld()) this.#arrive();
    });
  }

  #arrive(): void {
    const receiver = this.#receiver;
    if (receiver.gone) {
      // Nobody has this connection any more: its kernel says so.
      this.break();
      this.#resetLater(this.#sender, this.#back);
      return;
    }
    while (this.#transit[0] !== undefined && this.#transit[0].atMs <= this.#world.nowMs) {
      const { bytes } = this.#transit.shift() ?? { bytes: undefined };
      if (bytes === undefined) this.#ended = true;
      else this.#arrived.push(bytes);
    }
    if (this.#prng.chance(this.#link.faults.resetChance)) {
      receiver.reset('ECONNRESET');
      this.#resetLater(this.#sender, this.#back);
      return;
    }
    receiver.readLater();
    this.#arriveLater();
  }

  #resetLater(connection: SimulatedConnection, link: Link): void {
    const { msMin, msMean } = link.faults;
    this.#world.schedule(this.#prng.delay(msMin, msMean), undefined, 'net.reset', () => {
      // Lost on a blocked link, it comes with the next segment that meets nobody.
      if (link.blocked) link.whenOpen(() => this.#resetLater(connection, link));
      else connection.reset('ECONNRESET');
    });
  }

  /** True while nothing can arrive; starts the clock that ends in ETIMEDOUT. */
  #isHeld(): boolean {
    const { node } = this.#receiver;
    if (!this.#link.blocked && node.powered) {
      this.#heldSinceMs = undefined;
      return false;
    }
    if (!this.#wakeAsked) {
      this.#wakeAsked = true;
      const wake = (): void => {
        this.#wakeAsked = false;
        this.#arriveLater();
      };
      if (this.#link.blocked) this.#link.whenOpen(wake);
      else this.#world.network.whenPowered(node, wake);
    }
    if (this.#heldSinceMs === undefined) {
      const sinceMs = this.#world.nowMs;
      this.#heldSinceMs = sinceMs;
      this.#world.schedule(this.#link.faults.timeoutMs, undefined, 'net.timeout', () => {
        if (this.#heldSinceMs !== sinceMs || this.#broken) return;
        this.break();
        this.#sender.reset('ETIMEDOUT');
      });
    }
    return true;
  }

  /** Tells the sender of room. Acknowledgements nobody waits for are not events. */
  #acknowledgeLater(): void {
    if (this.#readBytes === 0 || this.#ackScheduled || this.#broken) return;
    this.#ackScheduled = true;
    const { msMin, msMean } = this.#back.faults;
    this.#world.schedule(this.#prng.delay(msMin, msMean), undefined, 'net.acknowledge', () => {
      this.#ackScheduled = false;
      if (this.#back.blocked) {
        this.#back.whenOpen(() => this.#acknowledgeLater());
        return;
      }
      this.#heldBytes -= this.#readBytes;
      this.#readBytes = 0;
      this.#sender.roomLater();
    });
  }
}
