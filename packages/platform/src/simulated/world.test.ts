import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionHandler } from '../network.ts';
import type { Platform } from '../platform.ts';
import { ForbiddenGlobalError, withForbiddenGlobals } from './forbidden-globals.ts';
import type { SimulatedWorldOptions } from './world.ts';
import { createSimulatedWorld, type SimulatedWorld } from './world.ts';

class Echo implements ConnectionHandler {
  readonly connection: Connection;
  bytes = 0;
  constructor(connection: Connection) {
    this.connection = connection;
  }
  received(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.connection.send([Buffer.from(chunk)]);
    this.connection.release(chunk);
  }
  drained(): void {}
  closed(): void {}
}

/** Disk, network, timers, workers and random numbers, all at once, on three nodes. */
async function workload(world: SimulatedWorld): Promise<void> {
  const serve = async (platform: Platform): Promise<void> => {
    await platform.network.listen({ host: '', port: 9092 }, (connection) => new Echo(connection));
  };
  const work = async (platform: Platform, peer: string): Promise<void> => {
    await platform.clock.sleep(5);
    const { disk } = platform;
    await disk.makeDirectory('/log');
    const file = await disk.open('/log/0.log', { mode: 'write', create: true });
    for (let index = 0; index < 20; index++) {
      const bytes = platform.crypto.randomBytes(1 + platform.random.integer(5000));
      await Promise.all([file.write(bytes, 0, bytes.length, index * 5000), file.sync()]);
      await platform.workers.run('double', [bytes]);
    }
    let answered = 0;
    await new Promise<void>((resolve, reject) => {
      const handler = (connection: Connection): ConnectionHandler => ({
        received: (chunk) => {
          answered += chunk.length;
          connection.release(chunk);
          if (answered >= 300_000) resolve();
        },
        drained: () => undefined,
        closed: () => undefined,
      });
      platform.network.connect({ host: peer, port: 9092, timeoutMs: 1000 }, handler).then((connection) => {
        for (let index = 0; index < 30; index++) connection.send([platform.crypto.randomBytes(10_000)]);
      }, reject);
    });
  };
  const names = ['a', 'b', 'c'];
  await Promise.all(names.map((name) => serve(world.node(name).platform)));
  await Promise.all(names.map((name, index) => work(world.node(name).platform, names[(index + 1) % 3] ?? 'a')));
}

async function hashOf(seed: number, options: SimulatedWorldOptions = {}): Promise<string> {
  const jobs = new Map([
    ['double', (input: readonly Uint8Array[]) => [...input, ...input].map((bytes) => bytes.slice())],
  ]);
  const world = createSimulatedWorld(seed, { jobs, ...options });
  await world.finish(workload(world));
  return world.traceHash();
}

describe('a simulated world', () => {
  it('takes the same path for the same seed, another for another', async () => {
    const first = await hashOf(1);
    expect(await hashOf(1)).toBe(first);
    const others = await Promise.all([hashOf(2), hashOf(3)]);
    expect(new Set([first, ...others]).size).toBe(3);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
  });

  it('has one path for ever: a change of this hash is a change of every seed ever noted', async () => {
    expect(await hashOf(42)).toMatchInlineSnapshot(`"14c53250dd50da97"`);
  });

  it('orders events by time and by seed, and delivers the microtasks of one before the next', async () => {
    const orderOf = async (seed: number): Promise<string> => {
      const world = createSimulatedWorld(seed);
      const order: string[] = [];
      for (const name of ['x', 'y', 'z']) {
        world.schedule(10, undefined, 'test', () => {
          order.push(name);
          let steps = Promise.resolve();
          for (let depth = 0; depth < 50; depth++) steps = steps.then(() => undefined);
          void steps.then(() => order.push(`after ${name}`));
        });
      }
      world.schedule(5, undefined, 'test', () => order.push('early'));
      expect(await world.run()).toEqual({ reason: 'idle', events: 4 });
      expect(world.nowMs).toBe(10);
      return order.join(' ');
    };
    const orders = new Set<string>();
    for (let seed = 0; seed < 30; seed++) orders.add(await orderOf(seed));
    expect(orders.size).toBe(6);
    for (const order of orders) expect(order).toMatch(/^early (\w) after \1 (\w) after \2 (\w) after \3$/);
  });

  it('lists what waits in the process of a node', async () => {
    const world = createSimulatedWorld(1);
    const node = world.node('a');
    const timer = node.platform.clock.setTimer(10, () => undefined);
    world.node('b').platform.clock.setTimer(10, () => undefined);
    world.schedule(5, undefined, 'test', () => undefined);
    expect(world.pendingEvents(node)).toEqual(['clock.timer']);
    timer.cancel();
    expect(world.pendingEvents(node)).toEqual([]);
  });

  it('stops at a time, at a condition, after so many events, and on an error', async () => {
    const world = createSimulatedWorld(1);
    const { clock } = world.node('a').platform;
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      clock.setTimer(10, tick);
    };
    tick();
    expect((await world.run({ untilMs: 500 })).reason).toBe('time');
    expect(world.nowMs).toBe(500);
    expect(ticks).toBeGreaterThan(40);
    expect((await world.run({ until: () => ticks === 100 })).reason).toBe('until');
    expect(await world.run({ maxEvents: 7 })).toEqual({ reason: 'events', events: 7 });
    expect(ticks).toBe(107);
    world.schedule(0, undefined, 'test', () => {
      throw new Error('broken invariant');
    });
    await expect(world.run()).rejects.toThrow('broken invariant');
    await expect(
      world.run({
        afterEvent: () => {
          throw new Error('checker');
        },
      }),
    ).rejects.toThrow('checker');
    await expect(world.finish(new Promise(() => undefined), { maxEvents: 10 })).rejects.toThrow('still pending');
  });

  it('delivers tens of thousands of events in the time a test has', async () => {
    const world = createSimulatedWorld(1);
    const { clock } = world.node('a').platform;
    const tick = (): void => void clock.sleep(1).then(tick);
    for (let index = 0; index < 100; index++) tick();
    expect((await world.run({ maxEvents: 50_000 })).events).toBe(50_000);
  });

  it('makes looking at the real world throw, in events and in what follows from them, and only there', async () => {
    const world = createSimulatedWorld(1);
    const looks: (() => unknown)[] = [
      () => Date.now(),
      () => new Date(),
      () => Math.random(),
      () => performance.now(),
      () => setTimeout(() => undefined, 0),
      () => setInterval(() => undefined, 1000),
      () => setImmediate(() => undefined),
      () => crypto.randomUUID(),
      () => AbortSignal.timeout(10_000),
    ];
    const caught: unknown[] = [];
    const tryAll = (): void => {
      for (const look of looks) {
        try {
          look();
          caught.push('allowed');
        } catch (error) {
          caught.push(error instanceof ForbiddenGlobalError);
        }
      }
    };
    world.schedule(1, undefined, 'test', tryAll);
    world.schedule(2, undefined, 'test', () => void Promise.resolve().then(tryAll));
    let dateWorks = false;
    world.schedule(3, undefined, 'test', () => {
      dateWorks = new Date(0).toISOString() === '1970-01-01T00:00:00.000Z' && new Date(0) instanceof Date;
    });
    const beside = new Promise<number>((resolve) => setTimeout(() => resolve(Date.now()), 0));
    await world.run();
    expect(caught).toEqual(Array.from({ length: 18 }, () => true));
    expect(dateWorks).toBe(true);
    expect(await beside).toBeGreaterThan(0);
    expect(Date.now()).toBeGreaterThan(0);
    await expect(withForbiddenGlobals(() => Date.now())).rejects.toThrow('Date.now was used during a simulated run');
    expect(Date.now()).toBeGreaterThan(0);
  });
});

describe('a simulated node', () => {
  it('runs nothing of a killed process: no timer, no completion, no connection', async () => {
    const world = createSimulatedWorld(7);
    const node = world.node('a');
    const { clock, disk, network } = node.platform;
    const ran: string[] = [];
    clock.setTimer(10, () => ran.push('timer'));
    clock.endOfTurn(() => ran.push('turn'));
    void disk.makeDirectory('/d').then(() => ran.push('disk'));
    void network.listen({ host: '', port: 1 }, () => undefined).then(() => ran.push('listen'));
    node.kill();
    expect(node.running).toBe(false);
    expect(() => node.platform).toThrow('not running');
    expect(() => disk.openSync('/x', { mode: 'write', create: true })).toThrow('killed');
    clock.setTimer(1, () => ran.push('late timer'));
    expect((await world.run({ untilMs: 1000 })).reason).toBe('time');
    expect(ran).toEqual([]);
    const platform = node.restart();
    platform.clock.setTimer(10, () => ran.push('new life'));
    await world.run({ untilMs: 2000 });
    expect(ran).toEqual(['new life']);
    expect(platform.clock.monotonicMs()).toBeLessThan(1001);
  });

  it('freezes: time goes on around it, then all comes at once', async () => {
    const world = createSimulatedWorld(3);
    const frozen = world.node('a').platform;
    const other = world.node('b').platform;
    const seen: string[] = [];
    const cancelled = frozen.clock.setTimer(5, () => seen.push('cancelled'));
    for (const ms of [10, 30])
      frozen.clock.setTimer(ms, () => seen.push(`a at ${Math.round(frozen.clock.monotonicMs())}`));
    other.clock.setTimer(20, () => {
      seen.push('b');
      cancelled.cancel();
    });
    world.node('a').freeze(1000);
    await world.run();
    expect(seen).toEqual(['b', 'a at 1000', 'a at 1000']);
  });

  it('has clocks of its own: skew, drift and jumps', async () => {
    const world = createSimulatedWorld(3, { epochMs: 1_000_000 });
    const right = world.node('right').platform;
    const fast = world.node('fast', { clockRate: 2, skewMs: 500 });
    const { clock } = fast.platform;
    expect(clock.wallMs() - right.clock.wallMs()).toBe(500);
    let firedAtMs = 0;
    clock.setTimer(1000, () => {
      firedAtMs = world.nowMs;
    });
    await world.run();
    expect(firedAtMs).toBeGreaterThanOrEqual(500);
    expect(firedAtMs).toBeLessThan(502);
    fast.jumpWallClock(-100_000);
    expect(clock.wallMs()).toBeLessThan(1_000_000);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(1000);
  });

  it('ends a loop that waits for its clock', () => {
    const { clock } = createSimulatedWorld(1).node('a').platform;
    const start = clock.monotonicMs();
    while (clock.monotonicMs() - start < 5);
  });

  it('notes a halt, dies of it, and keeps its log', async () => {
    const world = createSimulatedWorld(1);
    const node = world.node('a');
    const { fatal, log, clock } = node.platform;
    log.write('INFO', 'kafka.server.KafkaServer', 'starting');
    clock.setTimer(5, () => fatal.halt('the last log directory failed'));
    clock.setTimer(50, () => log.write('INFO', 'x', 'never'));
    await world.run();
    expect(node.running).toBe(false);
    expect(node.failures).toMatchObject([{ kind: 'halt', code: 1, reason: 'the last log directory failed' }]);
    expect(node.log.entries.map(({ message }) => message)).toEqual(['starting']);
  });

  it('runs jobs later, or never, or loses the worker', async () => {
    const jobs = new Map([
      ['flip', (input: readonly Uint8Array[]) => input.map((bytes) => bytes.map((byte) => ~byte))],
    ]);
    const world = createSimulatedWorld(1, { jobs });
    const { workers } = world.node('a').platform;
    const input = new Uint8Array([1, 2]);
    const flipped = workers.run('flip', [input]);
    input[0] = 99;
    expect(await world.finish(flipped)).toEqual([new Uint8Array([254, 253])]);
    await expect(workers.run('none', [])).rejects.toThrow("No worker job is named 'none'");
    world.node('a').workerFaults.crashChance = 1;
    await expect(world.finish(workers.run('flip', [input]))).rejects.toThrow('ended with code 1');
    world.node('a').workerFaults.loseChance = 1;
    await expect(world.finish(workers.run('flip', [input]))).rejects.toThrow('still pending');
  });
});
