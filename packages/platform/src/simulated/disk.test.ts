import { describe, expect, it } from 'vitest';
import type { Platform } from '../platform.ts';
import type { SimulatedNode } from './node.ts';
import { createSimulatedWorld } from './world.ts';

const write = { mode: 'write', create: true } as const;
const seeds = Array.from({ length: 60 }, (_, seed) => seed);

/** What is left of `/d/log` after `crash`, over many seeds. */
async function survivors(
  prepare: (platform: Platform) => Promise<void>,
  crash: (node: SimulatedNode) => void,
): Promise<(Buffer | undefined)[]> {
  const found: (Buffer | undefined)[] = [];
  for (const seed of seeds) {
    const world = createSimulatedWorld(seed);
    const node = world.node('a');
    await world.finish(prepare(node.platform));
    crash(node);
    const { disk } = node.restart();
    found.push(await world.finish(disk.readFile('/d/log').catch(() => undefined)));
  }
  return found;
}

async function durableFile({ disk }: Platform, content: Buffer): Promise<void> {
  await disk.makeDirectory('/d');
  await disk.replaceFile('/d/log', content);
  await disk.syncDirectory('/');
}

async function append({ disk }: Platform, content: Buffer, position: number): Promise<void> {
  const file = await disk.open('/d/log', write);
  file.writeSync(content, 0, content.length, position);
  await file.close();
}

describe('the simulated disk', () => {
  it('keeps every completed write over a process kill', async () => {
    const after = await survivors(
      async (platform) => {
        await platform.disk.makeDirectory('/d');
        await append(platform, Buffer.alloc(5000, 'x'), 0);
      },
      (node) => node.kill(),
    );
    for (const content of after) expect(content).toEqual(Buffer.alloc(5000, 'x'));
  });

  it('keeps over a power loss what was synced, and of the rest anything: torn, cut, in any order', async () => {
    const old = Buffer.alloc(3000, 'o');
    const after = await survivors(
      async (platform) => {
        await durableFile(platform, old);
        await append(platform, Buffer.alloc(9000, 'n'), 3000);
      },
      (node) => node.powerLoss(),
    );
    const shapes = new Set<string>();
    for (const content of after) {
      expect(content?.subarray(0, 3000)).toEqual(old);
      const rest = content?.subarray(3000) ?? Buffer.alloc(0);
      const sectors = new Set<string>();
      for (let start = 0; start < rest.length; ) {
        const end = Math.min(rest.length, start + 512 - ((3000 + start) % 512));
        const kinds = new Set(rest.subarray(start, end));
        expect(kinds.size).toBe(1);
        sectors.add([...kinds].map((byte) => (byte === 0 ? 'zeros' : String.fromCharCode(byte))).join());
        start = end;
      }
      shapes.add(
        `${rest.length === 9000 ? 'whole' : rest.length === 0 ? 'nothing' : 'cut'} ${[...sectors].sort().join('+')}`,
      );
    }
    for (const shape of ['nothing ', 'whole n', 'whole n+zeros', 'cut n', 'cut n+zeros'])
      expect(shapes).toContain(shape);
  });

  it('may tear a write over synced bytes, sector by sector', async () => {
    const after = await survivors(
      async (platform) => {
        await durableFile(platform, Buffer.alloc(4096, 'o'));
        await append(platform, Buffer.alloc(4096, 'n'), 0);
      },
      (node) => node.powerLoss(),
    );
    const texts = new Set(after.map((content) => content?.filter((_, index) => index % 512 === 0).toString()));
    expect(texts).toContain('oooooooo');
    expect(texts).toContain('nnnnnnnn');
    expect([...texts].some((text) => /^n+o+$/.test(text ?? ''))).toBe(true);
    expect([...texts].some((text) => /o.*n/.test(text ?? ''))).toBe(true);
    for (const content of after) expect(content?.length).toBe(4096);
  });

  it('undoes a cut that was not synced, or not', async () => {
    const after = await survivors(
      async (platform) => {
        await durableFile(platform, Buffer.alloc(40_000, 'o'));
        const file = await platform.disk.open('/d/log', write);
        file.truncateSync(100);
        await file.close();
      },
      (node) => node.powerLoss(),
    );
    expect(new Set(after.map((content) => content?.length))).toEqual(new Set([40_000, 100]));
    const whole = after.filter((content) => content?.length === 40_000);
    expect(whole.some((content) => content?.equals(Buffer.alloc(40_000, 'o')))).toBe(true);
  });

  it('loses nothing that was synced, and covers by a sync only what was written before it began', async () => {
    const after = await survivors(
      async ({ disk }) => {
        await disk.makeDirectory('/d');
        await disk.syncDirectory('/');
        const file = await disk.open('/d/log', write);
        await disk.syncDirectory('/d');
        file.writeSync(Buffer.alloc(512, 'a'), 0, 512, 0);
        const sync = file.sync();
        file.writeSync(Buffer.alloc(512, 'b'), 0, 512, 512);
        file.writeSync(Buffer.alloc(512, 'c'), 0, 512, 0);
        await sync;
      },
      (node) => node.powerLoss(),
    );
    const texts = after.map((content) => `${content?.length} ${content?.filter((_, index) => index % 512 === 0)}`);
    expect(texts).toContain('512 a');
    expect(texts).toContain('1024 cb');
    for (const text of texts) expect(['a', 'c']).toContain(text.split(' ')[1]?.[0]);
  });

  it('forgets names whose directory was not synced: creations, renames, unlinks', async () => {
    const lists = new Set<string>();
    for (const seed of seeds) {
      const world = createSimulatedWorld(seed);
      const node = world.node('a');
      const { disk } = node.platform;
      const prepare = async (): Promise<void> => {
        await disk.makeDirectory('/d');
        await disk.syncDirectory('/');
        for (const name of ['kept', 'old']) await disk.replaceFile(`/d/${name}`, name);
        const file = await disk.open('/d/new', write);
        await file.write(Buffer.from('synced'), 0, 6, 0);
        await file.sync();
        await file.close();
        await disk.rename('/d/old', '/d/renamed');
        await disk.unlink('/d/kept');
      };
      await world.finish(prepare());
      node.powerLoss();
      const names = await world.finish(node.restart().disk.list('/d'));
      lists.add(names.map(({ name }) => name).join(' '));
    }
    expect(lists).toEqual(new Set(['kept old', 'kept new old', 'kept new renamed', 'new renamed']));
  });

  it('keeps names that were synced, and never loses or doubles a file that was renamed', async () => {
    for (const seed of seeds) {
      const world = createSimulatedWorld(seed);
      const node = world.node('a');
      const { disk } = node.platform;
      const prepare = async (): Promise<void> => {
        await disk.makeDirectory('/d');
        await disk.makeDirectory('/e');
        await disk.syncDirectory('/');
        await disk.replaceFile('/d/one', '1');
        await disk.rename('/d/one', '/e/one');
        await disk.rename('/e/one', '/e/two');
        await disk.syncDirectory('/e');
        await disk.rename('/e/two', '/d/three');
      };
      await world.finish(prepare());
      node.powerLoss();
      const after = node.restart().disk;
      const found = [...(await world.finish(after.list('/d'))), ...(await world.finish(after.list('/e')))];
      expect(found.length).toBe(1);
      expect(['two', 'three']).toContain(found[0]?.name);
    }
  });

  it('has one order of names: a move that was synced in one directory brings what happened before it in the other', async () => {
    for (const seed of seeds) {
      const world = createSimulatedWorld(seed);
      const node = world.node('a');
      const { disk } = node.platform;
      const prepare = async (): Promise<void> => {
        await disk.makeDirectory('/d');
        await disk.makeDirectory('/e');
        await disk.syncDirectory('/');
        await disk.replaceFile('/d/x', 'old');
        await disk.replaceFile('/e/y', 'new');
        await disk.unlink('/d/x');
        await disk.rename('/e/y', '/d/x');
        await disk.syncDirectory('/e');
      };
      await world.finish(prepare());
      node.powerLoss();
      expect((await world.finish(node.restart().disk.readFile('/d/x'))).toString()).toBe('new');
    }
  });

  it('leaves of a write in flight nothing, a part or all when the process is killed', async () => {
    const after = await survivors(
      async (platform) => {
        await platform.disk.makeDirectory('/d');
        const file = await platform.disk.open('/d/log', write);
        void file.write(Buffer.alloc(10_000, 'x'), 0, 10_000, 0);
      },
      (node) => node.kill(),
    );
    const lengths = after.map((content) => content?.length ?? -1);
    expect(lengths).toContain(0);
    expect(lengths).toContain(10_000);
    expect(lengths.some((length) => length > 0 && length < 10_000)).toBe(true);
  });

  it('kills the process between or within the synchronous calls of one turn', async () => {
    const lengths = new Set<number>();
    for (const seed of seeds) {
      const world = createSimulatedWorld(seed);
      const node = world.node('a');
      const { disk, clock } = node.platform;
      await world.finish(disk.makeDirectory('/d'));
      let reached = false;
      clock.setTimer(1, () => {
        const file = disk.openSync('/d/log', write);
        node.disk.killAfterCalls(1);
        file.writeSync(Buffer.alloc(100), 0, 100, 0);
        try {
          file.writeSync(Buffer.alloc(100), 0, 100, 100);
        } catch {
          reached = node.running;
        }
      });
      await world.run();
      expect([node.running, reached]).toEqual([false, false]);
      const { disk: after } = node.restart();
      lengths.add((await world.finish(after.readFile('/d/log'))).length);
    }
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(100);
    expect(lengths.size).toBeGreaterThan(10);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(200);
  });

  it('lies after a failed sync: the next one succeeds and proves nothing', async () => {
    const run = async (seed: number, writeAgain: boolean): Promise<string> => {
      const world = createSimulatedWorld(seed);
      const node = world.node('a');
      const { disk } = node.platform;
      const prepare = async (): Promise<void> => {
        await durableFile(node.platform, Buffer.alloc(512, 'o'));
        const file = await disk.open('/d/log', write);
        file.writeSync(Buffer.alloc(512, 'n'), 0, 512, 0);
        node.disk.failNext({ operation: 'sync', path: '/d/log' });
        await expect(file.sync()).rejects.toThrow("EIO: sync '/d/log'");
        if (writeAgain) file.writeSync(Buffer.alloc(512, 'm'), 0, 512, 0);
        await file.sync();
      };
      await world.finish(prepare());
      node.powerLoss();
      return (await world.finish(node.restart().disk.readFile('/d/log'))).toString('latin1', 0, 1);
    };
    const [once, again] = [new Set<string>(), new Set<string>()];
    for (const seed of seeds) {
      once.add(await run(seed, false));
      again.add(await run(seed, true));
    }
    expect(once).toEqual(new Set(['o', 'n']));
    expect(again).toEqual(new Set(['m']));
  });

  it('fails as it is told: EIO, a full disk that took a part, bits that rot, slowness', async () => {
    const world = createSimulatedWorld(5);
    const node = world.node('a');
    const { disk } = node.platform;
    const { faults } = node.disk;
    const play = async (): Promise<void> => {
      await durableFile(node.platform, Buffer.alloc(1000, 'o'));
      const file = await disk.open('/d/log', write);
      node.disk.failNext({ operation: 'rename', code: 'EACCES' });
      await expect(disk.rename('/d/log', '/d/x')).rejects.toThrow('EACCES');
      faults.capacityBytes = 1500;
      expect(await disk.space('/d')).toEqual({ freeBytes: 500, totalBytes: 1500 });
      expect(() => file.writeSync(Buffer.alloc(800, 'n'), 0, 800, 1000)).toThrow("ENOSPC: write '/d/log'");
      expect(file.sizeSync()).toBe(1500);
      file.writeSync(Buffer.alloc(1500, 'w'), 0, 1500, 0);
      faults.writeErrorChance = 1;
      await expect(file.write(Buffer.alloc(10), 0, 10, 0)).rejects.toThrow('EIO');
      faults.writeErrorChance = 0;
      file.writeSync(Buffer.alloc(1500, 'w'), 0, 1500, 0);
      faults.readErrorChance = 1;
      expect(() => file.readSync(Buffer.alloc(10), 0, 10, 0)).toThrow("EIO: read '/d/log'");
      faults.readErrorChance = 0;
      faults.bitRotChance = 1;
      const rotten = Buffer.alloc(1500);
      file.readSync(rotten, 0, 1500, 0);
      faults.bitRotChance = 0;
      expect(rotten.filter((byte) => byte !== 'w'.charCodeAt(0)).length).toBe(1);
      expect((await disk.readFile('/d/log')).equals(rotten)).toBe(true);
      const start = world.nowMs;
      faults.slowness = 1000;
      await disk.stat('/d');
      expect(world.nowMs - start).toBeGreaterThan(20);
    };
    await world.finish(play());
  });

  it('keeps no more than a page per file that is appended to without a sync', async () => {
    const world = createSimulatedWorld(1);
    const { disk } = world.node('a').platform;
    const file = disk.openSync('/log', write);
    const chunk = Buffer.alloc(10_000, 'x');
    for (let index = 0; index < 1000; index++) file.writeSync(chunk, 0, chunk.length, index * chunk.length);
    expect(file.sizeSync()).toBe(10_000_000);
    await world.finish(file.sync());
  });
});

it('a journaling disk keeps names and small files through a power loss, and of longer ones anything', async () => {
  const sizes = new Set<number>();
  for (let seed = 0; seed < 30; seed++) {
    const world = createSimulatedWorld(seed, { disk: { survival: 'journaled' } });
    const node = world.node('a');
    const write = async (name: string, bytes: number) => {
      const file = await node.platform.disk.open(`/${name}.tmp`, { mode: 'write', create: true });
      await file.write(Buffer.alloc(bytes, 1), 0, bytes, 0);
      await node.platform.disk.rename(`/${name}.tmp`, `/${name}`);
    };
    await world.finish(Promise.all([write('small', 500), write('large', 5000)]));
    node.powerLoss();
    const { disk } = node.restart();
    expect(await world.finish(disk.readFile('/small'))).toEqual(Buffer.alloc(500, 1));
    const large = await world.finish(disk.readFile('/large'));
    sizes.add(large.filter((byte) => byte === 1).length);
  }
  expect(sizes.size).toBeGreaterThan(4);
});

describe('what a simulated disk tells of its process', () => {
  it('knows which files are open, until they are closed or the process ends', async () => {
    const world = createSimulatedWorld(1);
    const node = world.node('a');
    const file = node.platform.disk.openSync('/one', { mode: 'write', create: true });
    const other = await world.finish(node.platform.disk.open('/two', { mode: 'write', create: true }));
    expect(node.disk.openFiles).toEqual(['/one', '/two']);
    file.closeSync();
    file.closeSync();
    expect(node.disk.openFiles).toEqual(['/two']);
    node.restart();
    expect(node.disk.openFiles).toEqual([]);
    other.closeSync();
    expect(node.disk.openFiles).toEqual([]);
  });

  it('forgets injected faults when told to', async () => {
    const world = createSimulatedWorld(1);
    const node = world.node('a');
    node.disk.failNext({ operation: 'open' });
    node.disk.killAfterCalls(0);
    node.disk.cancelInjected();
    await world.finish(node.platform.disk.open('/one', { mode: 'write', create: true }));
    expect(node.running).toBe(true);
  });
});
