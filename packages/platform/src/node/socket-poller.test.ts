import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { PolledReader } from './polled-reader.ts';
import { ReceivePool } from './receive-pool.ts';
import { SocketPoller } from './socket-poller.ts';
import type { Receiver } from './socket-reader.ts';
import { descriptorOf, type SystemCalls, SystemCallsLoader } from './system-calls.ts';
import { connectedSockets } from './test-support/connected-sockets.ts';

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** Tells in order what happened, of which reader. */
class Events {
  readonly all: string[] = [];
  #waiters: (() => void)[] = [];

  add(event: string): void {
    this.all.push(event);
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  async until(event: string): Promise<void> {
    while (!this.all.includes(event)) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Bytes are added up, room is what `room` says. */
  receiver(name: string, pool: ReceivePool, room: () => Buffer | undefined = () => undefined): Receiver {
    let total = 0;
    return {
      received: (chunk) => {
        total += chunk.length;
        this.add(chunk.length < 100 ? `${name}: ${chunk}` : `${name}: ${total} bytes`);
        pool.release(chunk);
      },
      room,
      filled: (bytes) => {
        total += bytes;
        this.add(`${name}: ${total} bytes`);
      },
      mayReadOn: () => true,
      stopped: () => undefined,
      ended: () => this.add(`${name} ended`),
      failed: (error) => this.add(`${name} failed: ${'code' in error ? String(error.code) : error.message}`),
    };
  }
}

interface Line {
  readonly reader: PolledReader;
  readonly socket: Socket;
  readonly peer: Socket;
}

async function open(poller: SocketPoller, pool: ReceivePool): Promise<Line> {
  // The accepted end is the one that does not read by itself.
  const { socket: peer, peer: socket, close } = await connectedSockets();
  const reader = new PolledReader(poller, pool, descriptorOf(socket));
  closings.push(() => {
    reader.stop();
    close();
  });
  return { reader, socket, peer };
}

const { calls } = new SystemCallsLoader(true);
const now = (run: () => void): void => run();

describe.runIf(calls !== undefined)('polled sockets', () => {
  function setting(): { poller: SocketPoller; pool: ReceivePool; events: Events; counted: { openings: number } } {
    const counted = { openings: 0 };
    const openPoller: SystemCalls['openPoller'] = (memory, ready, callback) => {
      counted.openings++;
      if (calls === undefined) throw new Error('there is no add-on');
      return calls.openPoller(memory, ready, callback);
    };
    const poller = new SocketPoller({ ...needed(calls), openPoller }, now);
    return { poller, pool: new ReceivePool(), events: new Events(), counted };
  }

  it('bring small requests, then much, then small ones again, in order', async () => {
    const { poller, pool, events } = setting();
    const { reader, socket, peer } = await open(poller, pool);
    const room = Buffer.alloc(50_000);
    let isRoom = false;
    reader.start(
      socket,
      events.receiver('a', pool, () => (isRoom ? room : undefined)),
    );
    peer.write('one');
    await events.until('a: one');
    peer.write(Buffer.alloc(300_000));
    await events.until('a: 300003 bytes');
    isRoom = true;
    peer.write(Buffer.alloc(100_000));
    await events.until('a: 400003 bytes');
    isRoom = false;
    peer.write('two');
    await events.until('a: 400006 bytes');
    peer.write('three');
    await events.until('a: three');
    expect(pool.lentBuffers).toBe(0);
  });

  it('go on without one that was stopped by another of the same turn', async () => {
    const { poller, pool, events } = setting();
    const lines = [await open(poller, pool), await open(poller, pool)];
    for (const { reader, socket } of lines) {
      const receiver = events.receiver('x', pool);
      const received = (chunk: Buffer): void => {
        receiver.received(chunk);
        for (const other of lines) if (other.reader !== reader) other.reader.stop();
      };
      reader.start(socket, { ...receiver, received });
      reader.pause();
    }
    const written = lines.map(({ peer }) => new Promise<void>((resolve) => peer.write('bytes', () => resolve())));
    await Promise.all(written);
    // Both have bytes when the poller looks.
    for (const { reader } of lines) reader.resume();
    await events.until('x: bytes');
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(events.all).toEqual(['x: bytes']);
  });

  it('tell of the end, of an error, and of nothing while paused', async () => {
    const { poller, pool, events } = setting();
    const ended = await open(poller, pool);
    const reset = await open(poller, pool);
    ended.reader.start(ended.socket, events.receiver('one', pool));
    reset.reader.start(reset.socket, events.receiver('two', pool));
    reset.reader.pause();
    const gone = new Promise<void>((resolve) => reset.peer.once('close', () => resolve()));
    reset.peer.resetAndDestroy();
    await gone;
    ended.peer.end('bye');
    await events.until('one ended');
    expect(events.all).toEqual(['one: bye', 'one ended']);
    reset.reader.resume();
    await events.until('two failed: ECONNRESET');
  });

  it('are watched while there is one, and what is dropped ends by itself', async () => {
    const { poller, pool, events, counted } = setting();
    const one = await open(poller, pool);
    const two = await open(poller, pool);
    one.reader.start(one.socket, events.receiver('one', pool));
    two.reader.start(two.socket, events.receiver('two', pool));
    expect(counted.openings).toBe(1);
    one.reader.drop();
    two.reader.stop();
    one.peer.write(Buffer.alloc(100_000));
    const over = new Promise<void>((resolve) => one.socket.once('end', () => resolve()));
    one.peer.end();
    await over;
    const three = await open(poller, pool);
    three.reader.start(three.socket, events.receiver('three', pool));
    expect(counted.openings).toBe(2);
    three.peer.write('here');
    await events.until('three: here');
    expect(events.all).toEqual(['three: here']);
  });

  it('a descriptor that came back belongs to who has it now', async () => {
    const { poller, pool, events } = setting();
    const old = await open(poller, pool);
    const young = await open(poller, pool);
    const descriptor = descriptorOf(young.socket);
    // As if the first had been closed behind our back, and the second got its number.
    const stale = new PolledReader(poller, pool, descriptor);
    stale.start(old.socket, events.receiver('old', pool));
    young.reader.start(young.socket, events.receiver('young', pool));
    stale.stop();
    young.peer.write('mine');
    await events.until('young: mine');
    expect(events.all).toEqual(['young: mine']);
  });

  it('that cannot be watched are read as streams', async () => {
    const pool = new ReceivePool();
    const events = new Events();
    const none = (): never => {
      throw new Error('openPoller: this program has no libuv');
    };
    const poller = new SocketPoller({ ...needed(calls), openPoller: none }, now);
    const { reader, socket, peer } = await open(poller, pool);
    reader.start(socket, events.receiver('s', pool));
    peer.write('bytes');
    await events.until('s: bytes');
    reader.pause();
    reader.resume();
    peer.end('more');
    await events.until('s ended');
    expect(events.all).toEqual(['s: bytes', 's: more', 's ended']);
  });

  it('one receiver that throws does not cost the others their bytes', () => {
    let told: ((count: number) => void) | undefined;
    let shared: { memory: Uint8Array; ready: Int32Array } | undefined;
    const openPoller: SystemCalls['openPoller'] = (memory, ready, callback) => {
      shared = { memory, ready };
      told = callback;
      return {};
    };
    const nothing = (): number => 0;
    const fake = { ...needed(calls), openPoller, watch: nothing, unwatch: nothing, closePoller: () => undefined };
    const poller = new SocketPoller(fake, now);
    const pool = new ReceivePool();
    const got: string[] = [];
    const events = new Events();
    for (const descriptor of [3, 4, 5]) {
      const reader = new PolledReader(poller, pool, descriptor);
      poller.watch(descriptor, reader, false);
      const received = (chunk: Buffer): void => {
        got.push(`${descriptor}: ${chunk}`);
        if (descriptor === 4) throw new Error('a defect');
      };
      reader.read = (chunk) => ({ ...events.receiver('', pool), received }).received(chunk);
    }
    shared?.memory.set(Buffer.from('aaa bbb ccc '));
    shared?.ready.set([3, 0, 3, 4, 4, 3, 5, 8, 3]);
    expect(() => told?.(3)).toThrow('a defect');
    expect(got).toEqual(['3: aaa', '4: bbb', '5: ccc']);
  });
});

/** Only asked for where it is there. */
function needed(found: SystemCalls | undefined): SystemCalls {
  if (found === undefined) throw new Error('there is no add-on');
  return found;
}
