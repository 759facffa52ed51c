import type { DiskFile, Platform } from '@ottla/platform';
import { createSimulatedWorld, type SimulatedWorld } from '@ottla/platform/simulated';
import { expect, test } from 'vitest';
import type { Log, LogManager } from './index.ts';
import { append, batch, openLog } from './test-support/logs.ts';

const MIB = 1024 * 1024;
const RECORD = 'x'.repeat(MIB - 1000);

interface Piece {
  readonly position: number;
  readonly length: number;
  readonly atMs: number;
}

/** The node's platform; what is written out is noted. */
function noting({ clock, disk, ...rest }: Platform, pieces: Piece[]): Platform {
  const note = (file: DiskFile): DiskFile =>
    new Proxy(file, {
      get: (target, name) => {
        if (name === 'writeOut')
          return (position: number, length: number): Promise<boolean> => {
            pieces.push({ position, length, atMs: clock.monotonicMs() });
            return target.writeOut(position, length);
          };
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const opened = new Proxy(disk, {
    get: (target, name) => {
      if (name === 'openSync') return (...args: Parameters<typeof disk.openSync>) => note(target.openSync(...args));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...rest, clock, disk: opened };
}

/** A log whose first segment, of about so many MiB, was filled with one a `everyMs` and has just been closed. */
async function rolled(mebibytes: number, everyMs: number) {
  const world: SimulatedWorld = createSimulatedWorld(1);
  const pieces: Piece[] = [];
  const platform = noting(world.node('broker').platform, pieces);
  const opened = await world.finish(openLog(platform, { segmentBytes: mebibytes * MIB, maxMessageBytes: 2 * MIB }));
  const { log, manager }: { log: Log; manager: LogManager } = opened;
  for (let count = 0; log.segmentCount === 1; count++) {
    await world.finish(append(log, batch([RECORD])));
    await world.run({ untilMs: world.nowMs + everyMs });
  }
  return { world, pieces, log, manager };
}

test('a closed segment is written out in pieces, about as fast as it was filled, and then flushed', async () => {
  const { world, pieces, log } = await rolled(12, 5);
  const closedMs = world.nowMs;
  await world.run({ until: () => log.recoveryPoint > 0, untilMs: closedMs + 10_000 });
  const [first] = pieces;
  const last = pieces[pieces.length - 1];
  if (first === undefined || last === undefined) throw new Error('Nothing was written out');
  expect(pieces.slice(1).every((piece, index) => piece.position === (pieces[index]?.position ?? 0) + MIB)).toBe(true);
  expect(first.position).toBe(0);
  expect(last.position + last.length).toBe(log.state.segments.first.sizeBytes);
  expect(pieces.length).toBe(12);
  const tookMs = last.atMs - first.atMs;
  expect(tookMs).toBeGreaterThan(40);
  expect(tookMs).toBeLessThan(120);
});

test('it does not take longer than 10 ms a piece, however slowly the segment was filled', async () => {
  const { world, pieces, log } = await rolled(9, 60_000);
  await world.run({ until: () => log.recoveryPoint > 0, untilMs: world.nowMs + 10_000 });
  expect((pieces[pieces.length - 1]?.atMs ?? 0) - (pieces[0]?.atMs ?? 0)).toBeLessThan(200);
  expect(pieces.length).toBe(9);
});

test('a small segment is flushed as it is', async () => {
  const { world, pieces, log } = await rolled(4, 5);
  await world.run({ until: () => log.recoveryPoint > 0, untilMs: world.nowMs + 10_000 });
  expect([pieces, log.recoveryPoint]).toEqual([[], 4]);
});

test('an orderly stop does not wait for it', async () => {
  const { world, pieces, manager } = await rolled(40, 10);
  await world.finish(manager.shutdown({ clean: true }));
  expect(pieces.length).toBeLessThan(10);
});
