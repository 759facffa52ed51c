import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodePlatform } from '@ottla/platform/node';
import { BatchBuilder } from '@ottla/protocol/records';
import { expect, test } from 'vitest';
import { defaultLogConfig, type Log, LogManager, StorageError } from './index.ts';

test('smoke', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ottla-storage-'));
  const platform = createNodePlatform();
  const manager = new LogManager({ platform, logDirectories: [dir], configFor: () => defaultLogConfig });
  await manager.start();
  const log = await manager.create('a', 0, { topicId: undefined });
  if (log instanceof StorageError) throw new Error(log.message);
  const b = new BatchBuilder();
  b.append(Date.now(), Buffer.from('k'), Buffer.from('v'));
  const bytes = b.build();
  const result = await new Promise((resolve) => {
    const now = log.appendAsLeader(
      bytes,
      { leaderEpoch: 0, origin: 'client', produceVersion: 9 },
      { appended: (_t, r) => resolve(r) },
      1,
    );
    if (now !== undefined) resolve(now);
  });
  expect(result).toMatchObject({ error: 0, baseOffset: 0, lastOffset: 0 });
  const read = log.read(0, 1000, 'log-end', true);
  expect(read.error).toBe(0);
  if (read.error === 0) {
    expect(read.records.toBuffer()).toEqual(bytes);
    read.records.release();
  }
  await manager.shutdown({ clean: true });
  const again = new LogManager({ platform, logDirectories: [dir], configFor: () => defaultLogConfig });
  await again.start();
  expect(again.get('a', 0)?.logEndOffset).toBe(1);
  await again.shutdown({ clean: false });
  const third = new LogManager({ platform, logDirectories: [dir], configFor: () => defaultLogConfig });
  await third.start();
  expect(third.get('a', 0)?.logEndOffset).toBe(1);
  await third.shutdown({ clean: false });
  rmSync(dir, { recursive: true });
});
