import type { Disk, DiskFile } from '@ottla/platform';
import { DiskError } from '@ottla/platform';
import { createMemoryPlatform } from '@ottla/platform/node';
import { describe, expect, test } from 'vitest';
import type { Coordination } from '../coordination.ts';
import { ok, Recorder, refusal } from '../test-support/coordination-contract.ts';
import { JOURNAL_NAME, MetadataCorruptError, SNAPSHOT_NAME } from './journal-format.ts';
import { openEmbeddedStore } from './open.task.ts';
import type { EmbeddedStore } from './store.ts';

const platform = createMemoryPlatform({ log: { console: 'none' } });
const { disk } = platform;
let folders = 0;

async function newFolder(): Promise<string> {
  const directory = `/journal-${++folders}`;
  await disk.makeDirectory(directory);
  return directory;
}

type Options = { disk?: Disk; snapshotBytesMin?: number; onBroken?: (reason: string) => void };

function open(directory: string, options: Options = {}): Promise<EmbeddedStore> {
  return openEmbeddedStore({ ...platform, directory, ...options });
}

/** The whole tree as text, for comparison. */
async function dump(client: Coordination, path = '/'): Promise<string[]> {
  const node = ok(await client.get(path));
  const { czxid, mzxid, version, ctimeMs, mtimeMs } = node.stat;
  const lines = [`${path} ${node.data?.toString() ?? 'null'} ${czxid} ${mzxid} ${version} ${ctimeMs} ${mtimeMs}`];
  const { names } = ok(await client.children(path));
  for (const name of names.sort()) lines.push(...(await dump(client, path === '/' ? `/${name}` : `${path}/${name}`)));
  return lines;
}

/** Writes of many kinds; the last is ephemeral. */
async function fill(client: Coordination): Promise<void> {
  ok(await client.create('/a', Buffer.from('a')));
  ok(await client.create('/a/b', null));
  ok(await client.set('/a', Buffer.from('aa'), 0));
  ok(await client.create('/seq', null));
  ok(await client.create('/seq/n_', Buffer.from('0'), { sequential: true }));
  ok(await client.create('/gone', null));
  ok(await client.delete('/gone', -1));
  ok(
    await client.multi([
      { op: 'create', path: '/m', data: null },
      { op: 'create', path: '/m/ü', data: Buffer.from('Grüße') },
    ]),
  );
  ok(await client.create('/live', null, { ephemeral: true }));
}

describe('journal', () => {
  test('a tree comes back as it was, without ephemerals, and zxids go on growing', async () => {
    const directory = await newFolder();
    const first = await open(directory);
    const client = first.connect();
    await fill(client);
    const lastEphemeral = ok(await client.exists('/live')).stat;
    const before = (await dump(client)).filter((line) => !line.startsWith('/live'));
    await first.close();

    const second = await open(directory);
    const again = second.connect();
    expect(await dump(again)).toEqual(before);
    const next = ok(await again.create('/next', null));
    expect(next.stat.czxid).toBeGreaterThan(lastEphemeral?.czxid ?? 0);
    expect(ok(await again.create('/seq/n_', null, { sequential: true })).path).toBe('/seq/n_0000000001');
    await second.close();
  });

  test('the czxid of a registration grows from start to start, even when nothing else is written', async () => {
    const directory = await newFolder();
    const epochs: number[] = [];
    for (let start = 0; start < 4; start++) {
      const store = await open(directory);
      epochs.push(ok(await store.connect().create('/me', null, { ephemeral: true })).stat.czxid);
      await store.close();
    }
    expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
  });

  test('whatever is cut off the end of the journal, the tree before it comes back and can be written', async () => {
    const directory = await newFolder();
    const path = `${directory}/${JOURNAL_NAME}`;
    const store = await open(directory);
    const client = store.connect();
    const sizes: number[] = [(await disk.readFile(path)).length];
    const trees: string[][] = [await dump(client)];
    for (let index = 0; index < 6; index++) {
      ok(await client.create(`/n${index}`, Buffer.alloc(index * 7, 120)));
      sizes.push((await disk.readFile(path)).length);
      trees.push(await dump(client));
    }
    await store.close();
    const whole = await disk.readFile(path);
    for (let length = sizes[0] ?? 0; length <= whole.length; length++) {
      const folder = await newFolder();
      await disk.replaceFile(`${folder}/${JOURNAL_NAME}`, whole.subarray(0, length));
      const cut = await open(folder);
      const reader = cut.connect();
      const expected = trees[sizes.filter((size) => size <= length).length - 1];
      expect(await dump(reader), `cut at ${length}`).toEqual(expected);
      ok(await reader.create('/after', null));
      await cut.close();
      const reopened = await open(folder);
      ok(await reopened.connect().get('/after'));
      await reopened.close();
    }
  });

  test('a magic with nothing but zeros behind it is a torn tail', async () => {
    const directory = await newFolder();
    const path = `${directory}/${JOURNAL_NAME}`;
    const store = await open(directory);
    await fill(store.connect());
    await store.close();
    const whole = await disk.readFile(path);
    for (const zeros of [8, 9, 100]) {
      await disk.replaceFile(path, Buffer.concat([whole, whole.subarray(0, 4), Buffer.alloc(zeros)]));
      const again = await open(directory);
      ok(await again.connect().create(`/after-${zeros}`, null));
      await again.close();
    }
  });

  test('a damaged byte in a frame of transactions is refused loudly, in the last frame it is a torn tail', async () => {
    const directory = await newFolder();
    const path = `${directory}/${JOURNAL_NAME}`;
    const store = await open(directory);
    const client = store.connect();
    // The first frame only begins an epoch: the transactions after it tell the same.
    const firstEnd = (await disk.readFile(path)).length;
    await fill(client);
    const lastStart = (await disk.readFile(path)).length;
    ok(await client.create('/last', null));
    await store.close();
    const whole = await disk.readFile(path);
    for (let position = 0; position < whole.length; position++) {
      const damaged = Buffer.from(whole);
      damaged[position] = (damaged[position] ?? 0) ^ 0x10;
      const folder = await newFolder();
      await disk.replaceFile(`${folder}/${JOURNAL_NAME}`, damaged);
      if (position < firstEnd) {
        const opened = await open(folder);
        ok(await opened.connect().get('/last'));
        await opened.close();
      } else if (position < lastStart) {
        await expect(open(folder), `byte ${position}`).rejects.toThrow(MetadataCorruptError);
      } else {
        const opened = await open(folder);
        expect(refusal(await opened.connect().get('/last')).code).toBe('NoNode');
        await opened.close();
      }
    }
  });

  test('a snapshot replaces a long journal; a crash between its two steps changes nothing', async () => {
    const directory = await newFolder();
    const store = await open(directory, { snapshotBytesMin: 2000 });
    const client = store.connect();
    let beforeSnapshot = await disk.readFile(`${directory}/${JOURNAL_NAME}`);
    for (let index = 0; (await disk.stat(`${directory}/${SNAPSHOT_NAME}`)) === undefined; index++) {
      beforeSnapshot = await disk.readFile(`${directory}/${JOURNAL_NAME}`);
      ok(await client.create(`/n${index}`, Buffer.alloc(100, 97)));
      ok(await client.sync('/'));
    }
    const journal = await disk.readFile(`${directory}/${JOURNAL_NAME}`);
    expect(journal.length).toBeLessThan(beforeSnapshot.length);
    const tree = await dump(client);
    await store.close();

    const reopened = await open(directory);
    expect(await dump(reopened.connect())).toEqual(tree);
    await reopened.close();

    const crashed = await newFolder();
    await disk.replaceFile(`${crashed}/${SNAPSHOT_NAME}`, await disk.readFile(`${directory}/${SNAPSHOT_NAME}`));
    await disk.replaceFile(`${crashed}/${JOURNAL_NAME}`, beforeSnapshot);
    const after = await open(crashed);
    expect(await dump(after.connect())).toEqual(tree);
    await after.close();
  });

  test('a snapshot that is older than its journal, or damaged, is refused', async () => {
    const directory = await newFolder();
    const store = await open(directory, { snapshotBytesMin: 500 });
    const client = store.connect();
    for (let index = 0; index < 40; index++) ok(await client.create(`/n${index}`, Buffer.alloc(100, 97)));
    await store.close();
    const path = `${directory}/${SNAPSHOT_NAME}`;
    const snapshot = await disk.readFile(path);
    await disk.unlink(path);
    await expect(open(directory)).rejects.toThrow(/continues zxid/);
    snapshot[40] = (snapshot[40] ?? 0) ^ 1;
    await disk.replaceFile(path, snapshot);
    await expect(open(directory)).rejects.toThrow(/checksum/);
  });

  test('one breath of writes shares one frame', async () => {
    const directory = await newFolder();
    let syncs = 0;
    const counting = faulty((operation) => {
      if (operation === 'sync') syncs++;
    });
    const store = await open(directory, { disk: counting });
    const client = store.connect();
    syncs = 0;
    await Promise.all(Array.from({ length: 500 }, (_, index) => client.create(`/n${index}`, null)));
    expect(syncs).toBe(1);
    await store.close();
  });
});

describe('a journal that cannot be written', () => {
  for (const [operation, code] of [
    ['writeSync', 'ENOSPC'],
    ['writeSync', 'EIO'],
    ['sync', 'EIO'],
  ] as const) {
    test(`${code} at ${operation} refuses the whole round, and the tree does not change`, async () => {
      const directory = await newFolder();
      let broken = false;
      const told: string[] = [];
      const store = await open(directory, {
        onBroken: (reason) => told.push(reason),
        disk: faulty((name, path) => {
          if (broken && name === operation) throw new DiskError(code, name, path);
        }),
      });
      const client = store.connect();
      ok(await client.create('/a', Buffer.from('1')));
      const seen = new Recorder();
      ok(await client.get('/a', seen.watch));
      const before = await dump(client);
      broken = true;
      const [set, sequential, read, live, multi] = await Promise.all([
        client.set('/a', Buffer.from('2'), 0),
        client.create('/seq_', null, { sequential: true }),
        client.get('/a'),
        client.create('/live', null, { ephemeral: true }),
        client.multi([{ op: 'check', path: '/a', version: 1 }]),
      ]);
      expect(refusal(set).code).toBe('StorageFailed');
      expect(refusal(sequential).code).toBe('StorageFailed');
      expect(ok(read).data?.toString()).toBe('1');
      ok(live);
      expect(refusal(multi)).toMatchObject({ code: 'BadVersion', failedOp: 0 });
      expect(seen.events).toEqual([]);
      expect((await dump(client)).filter((line) => !line.startsWith('/live'))).toEqual(before);
      broken = false;
      const later = await client.set('/a', Buffer.from('3'), 0);
      if (code === 'ENOSPC') {
        ok(later);
        expect(seen.events).toHaveLength(1);
      } else {
        expect(refusal(later).code).toBe('StorageFailed');
        expect(store.broken).toMatch(/failed/);
      }
      expect(told).toEqual(code === 'ENOSPC' ? [] : [store.broken]);
      await store.close();
      const reopened = await open(directory);
      const value = ok(await reopened.connect().get('/a')).data?.toString();
      expect(value).toBe(code === 'ENOSPC' ? '3' : operation === 'sync' ? '2' : '1');
      await reopened.close();
    });
  }
});

test('a frame that reached the file although its write failed is cut off: it must not come back', async () => {
  const directory = await newFolder();
  let full = false;
  const store = await open(directory, {
    disk: faulty(
      () => {},
      (name, path) => {
        if (full && name === 'writeSync') throw new DiskError('ENOSPC', name, path);
      },
    ),
  });
  const client = store.connect();
  ok(await client.create('/a', Buffer.from('1')));
  full = true;
  expect(refusal(await client.set('/a', Buffer.from('2'), 0)).code).toBe('StorageFailed');
  await store.close();
  const reopened = await open(directory);
  expect(ok(await reopened.connect().get('/a')).data?.toString()).toBe('1');
  await reopened.close();
});

type Inject = (operation: string, path: string) => void;

/** The disk, asking `before` and `after` at each operation on an open file. */
function faulty(before: Inject, after: Inject = () => {}): Disk {
  return new Proxy<Disk>(disk, {
    get(target, property) {
      if (property === 'open') {
        return async (...args: Parameters<Disk['open']>) => wrapped(await target.open(...args), before, after);
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function wrapped(file: DiskFile, before: Inject, after: Inject): DiskFile {
  return new Proxy<DiskFile>(file, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        before(String(property), target.path);
        const result: unknown = value.apply(target, args);
        after(String(property), target.path);
        return result;
      };
    },
  });
}
