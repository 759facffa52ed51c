import { createSimulatedWorld } from '@ottla/platform/simulated';
import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import type { Log } from './index.ts';
import { append, batch, openLog, openManager } from './test-support/logs.ts';

/** What is acknowledged with flush.messages=1 is there after a power loss, whatever the disk kept of the rest. */
async function survives(seed: number, config: object, isRestarted: boolean): Promise<void> {
  const world = createSimulatedWorld(seed);
  const node = world.node('broker');
  const opened = await world.finish(openLog(node.platform, { flushMessages: 1, ...config }));
  let { log } = opened;
  await world.finish(append(log, batch(['first'.repeat(40)])));
  if (isRestarted) {
    await world.finish(opened.manager.shutdown({ clean: true }));
    log = logOf(await world.finish(openManager(node.restart(), { flushMessages: 1, ...config })));
  }
  const answers = ['second', 'third'].map((value) => append(log, batch([value.repeat(40)]), { leaderEpoch: 1 }));
  const acked = (await world.finish(answers[0] ?? Promise.reject(new Error('no answer')))).lastOffset;
  node.powerLoss();
  const after = logOf(await world.finish(openManager(node.restart(), config)));
  expect(after.logEndOffset).toBeGreaterThan(acked);
}

function logOf(manager: { logs(): Iterable<Log> }): Log {
  for (const log of manager.logs()) return log;
  throw new Error('The log is gone');
}

test('the first append after a restart is flushed before its answer, too', async () => {
  for (let seed = 0; seed < 20; seed++) await survives(seed, {}, true);
});

test('what a kill left unflushed is flushed before a retry of it is answered', async () => {
  const config = { flushMessages: 1 };
  const given = batch(['first'.repeat(40)], { producerId: 7, producerEpoch: 0, baseSequence: 0 });
  for (let seed = 0; seed < 20; seed++) {
    const world = createSimulatedWorld(seed);
    const node = world.node('broker');
    const { log } = await world.finish(openLog(node.platform, config));
    await world.run({ untilMs: world.nowMs + 100 }); // until it has its files
    const size = (): number => node.disk.tree.file('read', '/data/t-0/00000000000000000000.log').content.size;
    void append(log, Buffer.from(given));
    await world.run({ until: () => size() > 0, untilMs: world.nowMs + 100 });
    node.kill();
    const recovered = logOf(await world.finish(openManager(node.restart(), config)));
    expect((await world.finish(append(recovered, Buffer.from(given)))).error).toBe(ErrorCode.NONE);
    node.powerLoss();
    const after = logOf(await world.finish(openManager(node.restart(), config)));
    expect([seed, after.logEndOffset]).toEqual([seed, 1]);
  }
});

test('an orderly stop leaves the producers on the device, also those that a start had to find in the records', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const world = createSimulatedWorld(seed);
    const node = world.node('broker');
    const timestamp = node.platform.clock.wallMs();
    const given = batch([{ timestamp, value: 'first' }], { producerId: 7, producerEpoch: 0, baseSequence: 0 });
    const { log, manager } = await world.finish(openLog(node.platform));
    await world.finish(append(log, Buffer.from(given)));
    await world.finish(log.flush());
    if (seed % 2 === 0) node.kill();
    else {
      await world.finish(manager.shutdown({ clean: true }));
      // Damaged, so that the next start makes it anew.
      const path = '/data/t-0/00000000000000000001.snapshot';
      await world.finish(node.platform.disk.replaceFile(path, Buffer.alloc(0)));
    }
    const recovered = await world.finish(openManager(node.restart()));
    await world.run({ untilMs: world.nowMs + 20 });
    await world.finish(recovered.shutdown({ clean: true }));
    node.powerLoss();
    const again = logOf(await world.finish(openManager(node.restart())));
    expect([seed, again.producers().map(({ lastSequence }) => lastSequence)]).toEqual([seed, [0]]);
  }
});

test('an answer does not come before the files it needs have their names, whoever syncs the directory', async () => {
  // Each append begins a segment, so the flush of the one before runs at the same time.
  for (let seed = 0; seed < 40; seed++) await survives(seed, { segmentBytes: 400 }, false);
});

test('a flush leaves no file open of a segment that was removed meanwhile', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const world = createSimulatedWorld(seed);
    const node = world.node('broker');
    const config = { segmentBytes: 400, indexIntervalBytes: 0, fileDeleteDelayMs: 0 };
    const { log, manager } = await world.finish(openLog(node.platform, config));
    for (let at = 0; at < 6; at++) await world.finish(append(log, batch(['value'.repeat(60)])));
    log.updateHighWatermark(log.logEndOffset);
    const flushed = log.flush();
    log.truncateFullyAndStartAt(100);
    await world.finish(flushed);
    await world.finish(manager.shutdown({ clean: true }));
    await world.run({ untilMs: world.nowMs + 1000 });
    expect(node.disk.openFiles).toEqual([]);
  }
});

test('what recovery cut off does not come back behind a segment that is full by then', async () => {
  const config = { segmentBytes: 400 };
  const path = '/data/t-0/00000000000000000000.log';
  for (let seed = 0; seed < 20; seed++) {
    const world = createSimulatedWorld(seed);
    const node = world.node('broker');
    const { log, manager } = await world.finish(openLog(node.platform, config));
    await world.finish(append(log, batch(['first'.repeat(40)])));
    await world.finish(manager.shutdown({ clean: true }));
    // From here on the recovery point is the log end.
    await world.finish(openManager(node.restart(), config));
    const file = await world.finish(node.platform.disk.open(path, { mode: 'write' }));
    const validBytes = file.sizeSync();
    file.writeSync(Buffer.alloc(100, 1), 0, 100, validBytes);
    await world.finish(file.sync());
    node.kill();
    const recovered = logOf(await world.finish(openManager(node.restart(), config)));
    await world.finish(append(recovered, batch(['second'.repeat(40)])));
    expect(recovered.segmentCount).toBe(2);
    node.powerLoss();
    await world.finish(openManager(node.restart(), config));
    const { sizeBytes } = (await world.finish(node.platform.disk.stat(path))) ?? {};
    expect([seed, sizeBytes]).toEqual([seed, validBytes]);
  }
});
