import { describe, expect, it } from 'vitest';
import type { Disk } from '../disk.ts';
import { DiskError } from '../disk.ts';
import { memoryTwin, nodeTwin, simulatedTwin } from './twins.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const write = { mode: 'write', create: true } as const;

async function content(disk: Disk, path: string): Promise<string> {
  return (await disk.readFile(path)).toString('latin1');
}

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(DiskError);
    return error instanceof DiskError ? error.code : '';
  }
  return 'none';
}

describe.each([nodeTwin, memoryTwin, simulatedTwin(1), simulatedTwin(2)])('disk of the $name twin', (twin) => {
  it('reads what was written, at positions, short only at the end of the file', () =>
    twin.run(async ({ disk }, directory) => {
      const file = await disk.open(`${directory}/a`, write);
      file.writeSync(bytes('0123456789'), 2, 5, 0);
      await file.write(bytes('xyz'), 0, 3, 5);
      expect(file.sizeSync()).toBe(8);
      const target = Buffer.alloc(16, '.');
      expect(file.readSync(target, 1, 10, 0)).toBe(8);
      expect(target.toString()).toBe('.23456xyz.......');
      expect(await file.read(target, 0, 4, 6)).toBe(2);
      expect(target.toString('latin1', 0, 4)).toBe('yz34');
      expect(file.readSync(target, 0, 4, 8)).toBe(0);
      expect(await file.read(target, 0, 4, 100)).toBe(0);
      expect(await file.read(target, 0, 0, 0)).toBe(0);
      await file.close();
    }));

  it('writes out where it can, without a change to what is read', () =>
    twin.run(async ({ disk }, directory) => {
      const file = await disk.open(`${directory}/a`, write);
      file.writeSync(bytes('0123456789'), 0, 10, 0);
      const expected =
        twin !== memoryTwin && (twin !== nodeTwin || (process.platform === 'linux' && process.arch === 'x64'));
      expect(await file.writeOut(0, 10)).toBe(expected);
      expect(await file.writeOut(5, 1_000_000)).toBe(expected);
      expect(await file.writeOut(0, 0)).toBe(false);
      expect(file.sizeSync()).toBe(10);
      const last = file.writeOut(0, 10);
      await file.close();
      expect(await last).toBe(expected);
      expect(await content(disk, `${directory}/a`)).toBe('0123456789');
      if (expected) expect(await codeOf(() => file.writeOut(0, 10))).toBe('EBADF');
    }));

  it('reads zeros where nothing was written, also after a cut and over page borders', () =>
    twin.run(async ({ disk }, directory) => {
      const file = disk.openSync(`${directory}/a`, write);
      const big = Buffer.alloc(100_000, 'a');
      file.writeSync(big, 0, big.length, 50_000);
      expect((await disk.readFile(`${directory}/a`)).subarray(0, 50_000).every((byte) => byte === 0)).toBe(true);
      file.truncateSync(60_000);
      await file.truncate(120_000);
      const read = await disk.readFile(`${directory}/a`);
      expect(read.length).toBe(120_000);
      expect(read.indexOf('a')).toBe(50_000);
      expect(read.lastIndexOf('a')).toBe(59_999);
      file.closeSync();
    }));

  it('matches a plain array of bytes over many random writes, cuts and reads', () =>
    twin.run(async ({ disk, random }, directory) => {
      const file = disk.openSync(`${directory}/a`, write);
      let model = Buffer.alloc(0);
      for (let step = 0; step < 300; step++) {
        const position = random.integer(70_000);
        if (random.integer(10) === 0) {
          const grown = Buffer.alloc(position);
          model.copy(grown);
          model = grown;
          file.truncateSync(position);
        } else {
          const data = Buffer.alloc(1 + random.integer(20_000), step % 251);
          const grown = Buffer.alloc(Math.max(model.length, position + data.length));
          model.copy(grown);
          data.copy(grown, position);
          model = grown;
          if (step % 2 === 0) file.writeSync(data, 0, data.length, position);
          else await file.write(data, 0, data.length, position);
        }
      }
      expect(file.sizeSync()).toBe(model.length);
      expect((await disk.readFile(`${directory}/a`)).equals(model)).toBe(true);
      await file.close();
    }));

  it('opens as asked', () =>
    twin.run(async ({ disk }, directory) => {
      const path = `${directory}/a`;
      expect(await codeOf(() => disk.open(path))).toBe('ENOENT');
      expect(await codeOf(() => disk.open(path, { mode: 'write' }))).toBe('ENOENT');
      expect(await codeOf(() => disk.openSync(path))).toBe('ENOENT');
      expect(await codeOf(() => disk.openSync(`${directory}/none/a`, write))).toBe('ENOENT');
      const file = await disk.open(path, { ...write, exclusive: true });
      file.writeSync(bytes('abc'), 0, 3, 0);
      expect(await codeOf(() => disk.open(path, { ...write, exclusive: true }))).toBe('EEXIST');
      expect(await codeOf(() => disk.openSync(`${path}/b`, write))).toBe('ENOTDIR');
      const again = await disk.open(path, { ...write });
      expect(again.sizeSync()).toBe(3);
      const cut = await disk.open(path, { mode: 'write', truncate: true });
      expect(cut.sizeSync()).toBe(0);
      const reader = await disk.open(path);
      expect(await codeOf(() => reader.writeSync(bytes('a'), 0, 1, 0))).toBe('EBADF');
      expect(await codeOf(() => reader.write(bytes('a'), 0, 1, 0))).toBe('EBADF');
      expect(await codeOf(() => reader.truncateSync(0))).toBe('EINVAL');
      for (const opened of [file, again, cut, reader]) await opened.close();
    }));

  it('refuses calls on a closed file, and closes any number of times', () =>
    twin.run(async ({ disk }, directory) => {
      const file = await disk.open(`${directory}/a`, write);
      const inFlight = file.write(bytes('late'), 0, 4, 0);
      file.closeSync();
      await inFlight;
      file.closeSync();
      await file.close();
      await file.close();
      expect(await codeOf(() => file.readSync(Buffer.alloc(1), 0, 1, 0))).toBe('EBADF');
      expect(await codeOf(() => file.sync())).toBe('EBADF');
      expect(await codeOf(() => file.sizeSync())).toBe('EBADF');
      expect(await content(disk, `${directory}/a`)).toBe('late');
    }));

  it('lets calls in flight finish when the file is closed under them', () =>
    twin.run(async ({ disk }, directory) => {
      const file = await disk.open(`${directory}/a`, write);
      const data = Buffer.alloc(200_000, 'd');
      const writes = Array.from({ length: 30 }, (_, index) => file.write(data, 0, data.length, index * data.length));
      if (writes.length > 0) file.closeSync();
      // Would get the number of a descriptor closed too early.
      const other = disk.openSync(`${directory}/b`, write);
      await Promise.all(writes);
      expect((await disk.stat(`${directory}/a`))?.sizeBytes).toBe(6_000_000);
      expect(other.sizeSync()).toBe(0);
      await other.close();
    }));

  it('refuses a range outside the buffer', () =>
    twin.run(async ({ disk }, directory) => {
      const file = await disk.open(`${directory}/a`, write);
      expect(await codeOf(() => file.writeSync(bytes('abc'), 1, 3, 0))).toBe('EINVAL');
      expect(await codeOf(() => file.write(bytes('abc'), 1, 3, 0))).toBe('EINVAL');
      expect(await codeOf(() => file.readSync(bytes('abc'), 0, 4, 0))).toBe('EINVAL');
      expect(await codeOf(() => file.read(bytes('abc'), 0, 4, 0))).toBe('EINVAL');
      await file.close();
    }));

  it('stats, lists sorted, makes directories with their parents', () =>
    twin.run(async ({ disk }, directory) => {
      await disk.makeDirectory(`${directory}/z/y/x`);
      disk.makeDirectorySync(`${directory}/z/y/x`);
      disk.openSync(`${directory}/Z`, write).closeSync();
      const file = disk.openSync(`${directory}/a-10`, write);
      file.writeSync(bytes('four'), 0, 4, 0);
      file.closeSync();
      disk.openSync(`${directory}/a-2`, write).closeSync();
      expect(await disk.list(directory)).toEqual([
        { name: 'Z', kind: 'file' },
        { name: 'a-10', kind: 'file' },
        { name: 'a-2', kind: 'file' },
        { name: 'z', kind: 'directory' },
      ]);
      expect(await disk.stat(`${directory}/a-10`)).toMatchObject({ kind: 'file', sizeBytes: 4 });
      expect(Number.isInteger((await disk.stat(`${directory}/a-10`))?.modifiedMs)).toBe(true);
      expect((await disk.stat(`${directory}/z`))?.kind).toBe('directory');
      expect(await disk.stat(`${directory}/none`)).toBeUndefined();
      expect(await disk.stat(`${directory}/Z/below`)).toBeUndefined();
      expect(await codeOf(() => disk.list(`${directory}/none`))).toBe('ENOENT');
      expect(await codeOf(() => disk.list(`${directory}/Z`))).toBe('ENOTDIR');
      expect(await codeOf(() => disk.makeDirectory(`${directory}/Z`))).toBe('EEXIST');
      expect(await codeOf(() => disk.makeDirectory(`${directory}/Z/below`))).toBe('ENOTDIR');
    }));

  it('renames over a file, moves trees, and refuses what POSIX refuses', () =>
    twin.run(async ({ disk }, directory) => {
      await disk.replaceFile(`${directory}/a`, 'A');
      await disk.replaceFile(`${directory}/b`, 'B');
      const opened = await disk.open(`${directory}/b`);
      await disk.rename(`${directory}/a`, `${directory}/b`);
      expect(await content(disk, `${directory}/b`)).toBe('A');
      expect(await disk.stat(`${directory}/a`)).toBeUndefined();
      const target = Buffer.alloc(1);
      opened.readSync(target, 0, 1, 0);
      expect(target.toString()).toBe('B');
      await opened.close();
      disk.makeDirectorySync(`${directory}/t-0`);
      await disk.replaceFile(`${directory}/t-0/0.log`, 'log');
      disk.renameSync(`${directory}/t-0`, `${directory}/t-0.abc-delete`);
      expect(await content(disk, `${directory}/t-0.abc-delete/0.log`)).toBe('log');
      disk.makeDirectorySync(`${directory}/other`);
      expect(await codeOf(() => disk.rename(`${directory}/other`, `${directory}/t-0.abc-delete`))).toBe('ENOTEMPTY');
      expect(await codeOf(() => disk.rename(`${directory}/none`, `${directory}/x`))).toBe('ENOENT');
      expect(await codeOf(() => disk.renameSync(`${directory}/other`, `${directory}/b`))).toBe('ENOTDIR');
      expect(await codeOf(() => disk.renameSync(`${directory}/b`, `${directory}/other`))).toBe('EISDIR');
      expect(await codeOf(() => disk.rename(`${directory}/other`, `${directory}/other/in`))).toBe('EINVAL');
    }));

  it('unlinks a file that stays readable while open, and removes trees', () =>
    twin.run(async ({ disk }, directory) => {
      await disk.replaceFile(`${directory}/a`, 'still here');
      const file = await disk.open(`${directory}/a`);
      await disk.unlink(`${directory}/a`);
      expect(await disk.stat(`${directory}/a`)).toBeUndefined();
      expect(file.sizeSync()).toBe(10);
      await file.close();
      expect(await codeOf(() => disk.unlink(`${directory}/a`))).toBe('ENOENT');
      await disk.makeDirectory(`${directory}/d/e`);
      await disk.replaceFile(`${directory}/d/e/f`, 'x');
      await disk.removeTree(`${directory}/d`);
      await disk.removeTree(`${directory}/d`);
      expect(await disk.list(directory)).toEqual([]);
    }));

  it('replaces a file whole, one replacement after the other', () =>
    twin.run(async ({ disk }, directory) => {
      const path = `${directory}/checkpoint`;
      const replacements = Array.from({ length: 20 }, (_, index) => disk.replaceFile(path, `version ${index}`));
      await Promise.all(replacements);
      expect(await content(disk, path)).toBe('version 19');
      await disk.replaceFile(path, new Uint8Array([65, 66]));
      expect(await content(disk, path)).toBe('AB');
      expect((await disk.list(directory)).map(({ name }) => name)).toEqual(['checkpoint']);
      expect(await codeOf(() => disk.replaceFile(`${directory}/none/a`, 'x'))).toBe('ENOENT');
    }));

  it('syncs files and directories, and knows space and identity', () =>
    twin.run(async ({ disk }, directory) => {
      const file = await disk.open(`${directory}/a`, write);
      await file.write(bytes('x'), 0, 1, 0);
      await file.sync();
      await file.close();
      await disk.syncDirectory(directory);
      expect(await codeOf(() => disk.syncDirectory(`${directory}/none`))).toBe('ENOENT');
      const space = await disk.space(directory);
      expect(space.freeBytes).toBeGreaterThan(0);
      expect(space.totalBytes).toBeGreaterThanOrEqual(space.freeBytes);
      disk.makeDirectorySync(`${directory}/other`);
      expect(await disk.identity(directory)).toBe(await disk.identity(`${directory}/`));
      expect(await disk.identity(directory)).not.toBe(await disk.identity(`${directory}/other`));
      expect(await codeOf(() => disk.identity(`${directory}/none`))).toBe('ENOENT');
    }));

  it('locks a directory once', () =>
    twin.run(async ({ locks, disk }, directory) => {
      const lock = await locks.lock(directory);
      expect((await disk.stat(`${directory}/.lock`))?.kind).toBe('file');
      await expect(locks.lock(`${directory}/`)).rejects.toThrow(
        `Failed to acquire lock on file .lock in ${directory}/. A Kafka instance in another process or thread is using this directory.`,
      );
      await lock.release();
      await lock.release();
      await (await locks.lock(directory)).release();
    }));
});
