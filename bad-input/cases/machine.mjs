// The machine below the broker: ports and folders that are taken, disks that are full or fail, clocks that jump, a process that stands still.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gone } from '../../conformance/lib/daemon.mjs';
import { run } from '../../conformance/lib/processes.mjs';
import { Target, withTarget } from '../../conformance/lib/targets.mjs';
import { pause } from '../../conformance/lib/wait.mjs';
import { batchesOf } from '../../conformance/lib/wire-batches.mjs';
import { batch, goodBatch, record } from '../lib/batches.mjs';
import { BrokerLog } from '../lib/broker-log.mjs';
import { besides } from '../lib/case.mjs';
import { endOf, produce } from '../lib/exchange.mjs';
import { ERRNO, withFaults } from '../lib/faults.mjs';
import { Peer } from '../lib/peer.mjs';
import { produceRequest, readProduced } from '../lib/requests.mjs';
import { Steady } from '../lib/steady.mjs';

/** @typedef {import('../lib/case.mjs').Situation} Situation */

const STORAGE_ERROR = 56;
const good = goodBatch();

/** @param {boolean} holds @param {string} otherwise */
function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** @param {string} kind @param {import('../../conformance/lib/targets.mjs').Target} target @param {RegExp} reason it must end for */
async function expectRefusesToStart(target, reason) {
  const log = join(target.dir, target.isKafka ? 'kafka-1' : 'ottla', 'out.log');
  try {
    const outcome = await target.start().then(
      () => 'it started',
      () => (target.isUp ? 'it neither started nor ended' : 'ended'),
    );
    const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
    expect(outcome === 'ended', `${outcome}\n${text.slice(-1500)}`);
    expect(reason.test(text), `the log does not say ${reason}:\n${text.slice(-1500)}`);
    expect(target.isKafka || !/^\s+at /m.test(text), `a stack trace:\n${text.slice(-1500)}`);
  } finally {
    await target.remove();
  }
}

/** Mounts a small tmpfs; false where that is not allowed. @param {string} path @param {string} options */
async function mountTmpfs(path, options) {
  const outcome = await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).catch(() => ({ code: 1 }));
  return outcome.code === 0;
}

/** @param {Target} target @param {string} topic @param {number} count */
async function fill(target, topic, count) {
  for (let round = 0; round < count; round++) {
    const error = await produce(target.port, topic, good);
    expect(error === 0, `record ${round} got ${error}`);
  }
}

/** The clock is off by so many seconds for a while; nobody may notice but for the timestamps. @param {number} seconds @returns {import('../lib/case.mjs').Case} */
const clockJump = (seconds) => ({
  name: `machine / the clock jumps by ${seconds / 3600} hours and back`,
  own: true,
  limitMs: 90_000,
  check: (at) =>
    withFaults(at.target.kind, {}, async (target, faults) => {
      const steady = await Steady.beside(target);
      try {
        const log = new BrokerLog(target);
        await besides(target, steady, at.note, async () => {
          await pause(500);
          faults.set('clock', seconds);
          await target.createTopic('jumped');
          await fill(target, 'jumped', 5);
          await pause(at.slow ? 60_000 : 2000);
          faults.clear('clock');
          await fill(target, 'jumped', 5);
          await pause(500);
        });
        expect((await endOf(target.port, 'jumped')) === 10, 'records are missing');
        log.expectQuiet();
      } finally {
        steady.stop();
      }
      await target.stop();
      await target.restart();
      expect((await endOf(target.port, 'jumped')) === 10, 'records are missing after a restart');
    }),
});

/** @type {import('../lib/case.mjs').Case[]} */
export const machineCases = [
  {
    name: 'machine / a port in use',
    async check(at) {
      const listeners = `PLAINTEXT://127.0.0.1:${at.target.port}`;
      const set = { listeners, 'broker.id': '2' };
      await expectRefusesToStart(
        new Target(at.target.kind, { set }),
        /Socket server failed to bind to .*: Address already in use/,
      );
      expect((await endOf(at.target.port, 'steady')) > 0, 'the first broker does not answer any more');
    },
  },
  {
    name: 'machine / a log directory that another broker has',
    async check(at) {
      const target = new Target(at.target.kind, { dataDir: at.target.dataDir });
      await expectRefusesToStart(
        target,
        /Failed to acquire lock on file \.lock in .*\. A Kafka instance in another process or thread is using this directory/,
      );
      expect((await endOf(at.target.port, 'steady')) > 0, 'the first broker does not answer any more');
    },
  },
  {
    name: 'machine / a log directory that cannot be written',
    own: true,
    async check(at) {
      const folder = mkdtempSync(join(tmpdir(), 'read-only-'));
      const mounted = await mountTmpfs(folder, 'size=1m,ro');
      if (!mounted) chmodSync(folder, 0o555);
      at.note(mounted ? 'mounted read-only' : 'without the right to write');
      try {
        const target = new Target(at.target.kind, { dataDir: folder });
        await expectRefusesToStart(
          target,
          /none of the specified log dirs|Read-only file system|EROFS|EACCES|Permission denied/,
        );
      } finally {
        if (mounted) await run('umount', [folder]);
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
  {
    name: 'machine / it stands still for a while (SIGSTOP)',
    own: true,
    limitMs: 120_000,
    check: (at) =>
      withTarget(at.target.kind, {}, async (target) => {
        await target.createTopic('still');
        await fill(target, 'still', 5);
        const log = new BrokerLog(target);
        const peers = await Promise.all(Array.from({ length: 10 }, () => Peer.connect(target.port)));
        process.kill(target.pid, 'SIGSTOP');
        for (const peer of peers) peer.send(produceRequest('still', good));
        await pause(at.slow ? 60_000 : 4000);
        process.kill(target.pid, 'SIGCONT');
        for (const peer of peers) {
          const answer = await peer.answer();
          expect(
            typeof answer !== 'string' && readProduced(answer).error === 0,
            'a request that waited was not served',
          );
          peer.socket.destroy();
        }
        expect((await endOf(target.port, 'still')) === 15, 'not each record is there once');
        log.expectQuiet();
      }),
  },
  {
    // Kafka ends on a full disk; ours refuses and goes on (docs/architecture.md).
    name: 'machine / a full disk refuses what is written and serves what is there, until there is room',
    own: true,
    suits: (target) => !target.isKafka,
    limitMs: 90_000,
    async check(at) {
      const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
      const mounted = await mountTmpfs(folder, 'size=24m');
      if (!mounted) {
        rmSync(folder, { recursive: true, force: true });
        at.note('no right to mount: writes fail with ENOSPC instead');
        return withFaults(at.target.kind, {}, async (target, faults) => {
          await target.createTopic('full');
          await fill(target, 'full', 3);
          const log = new BrokerLog(target);
          faults.set('write', ERRNO.ENOSPC);
          await expectRefusesAndRecovers(target, log, async () => faults.clear('write'));
        });
      }
      at.note('a tmpfs of 24 MB');
      const ballast = join(folder, 'ballast');
      writeFileSync(ballast, Buffer.alloc(8 << 20));
      try {
        await withTarget(at.target.kind, { dataDir: join(folder, 'data') }, async (target) => {
          await target.createTopic('full', 1, { 'segment.bytes': '4000000' });
          const log = new BrokerLog(target);
          const large = batch(record({ value: Buffer.alloc(700_000) }));
          let error = 0;
          for (let round = 0; round < 60 && error === 0; round++)
            error = Number(await produce(target.port, 'full', large));
          expect(error === STORAGE_ERROR, `the disk is full and the answer ${error}`);
          await expectRefusesAndRecovers(target, log, async () => rmSync(ballast), large);
        });
      } finally {
        await run('umount', [folder]);
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
  {
    name: 'machine / a write that fails (EIO) takes the last log directory, and the broker, with it',
    own: true,
    limitMs: 90_000,
    check: (at) => withFaults(at.target.kind, {}, (target, faults) => expectHalts(target, faults, 'write')),
  },
  {
    name: 'machine / an fsync that fails (EIO) takes the last log directory, and the broker, with it',
    own: true,
    limitMs: 90_000,
    check: (at) =>
      withFaults(at.target.kind, { 'log.flush.interval.messages': '1' }, (target, faults) =>
        expectHalts(target, faults, 'sync'),
      ),
  },
  clockJump(26 * 3600),
  clockJump(-26 * 3600),
];

/**
 * @param {Target} target
 * @param {BrokerLog} log marked before the first refusal, which silences those soon after it
 * @param {() => Promise<void>} makeRoom
 * @param {Buffer} [records] that found no room
 */
async function expectRefusesAndRecovers(target, log, makeRoom, records = good) {
  const end = await endOf(target.port, 'full');
  for (let round = 0; round < 20; round++) {
    const error = await produce(target.port, 'full', records);
    expect(error === STORAGE_ERROR, `a produce on the full disk got ${error}`);
  }
  expect(target.isUp, 'the broker ended');
  expect((await batchesOf(target.port, 'full', 0)).length > 0, 'nothing can be read');
  expect((await endOf(target.port, 'full')) === end, 'what was refused is there');
  await log.expectTroubles(1, 20);
  const lines = log.troubles();
  expect(!lines.some((line) => /^\s+at /.test(line)), `a stack trace:\n${lines.slice(0, 6).join('\n')}`);
  await makeRoom();
  const error = await produce(target.port, 'full', records);
  expect(error === 0, `there is room and the answer ${error}`);
  await target.kill();
  await target.restart();
  expect((await endOf(target.port, 'full')) === Number(end) + 1, 'the log ends elsewhere after a kill');
}

/** @param {Target} target @param {import('../lib/faults.mjs').Faults} faults @param {'write' | 'sync'} what */
async function expectHalts(target, faults, what) {
  await target.createTopic('failing');
  await fill(target, 'failing', 5);
  const { pid } = target;
  const log = new BrokerLog(target);
  faults.set(what, ERRNO.EIO);
  const answer = await produce(target.port, 'failing', good).catch(() => 'closed');
  expect(answer === STORAGE_ERROR || answer === 'closed', `the answer was ${answer}`);
  expect(await gone(pid, 20_000), 'the broker goes on without a log directory');
  const lines = log.troubles();
  expect(
    lines.some((line) => /all log dirs in .* have failed|Shutdown broker because/.test(line)),
    `the log does not say why:\n${lines.slice(-5).join('\n')}`,
  );
  expect(
    target.isKafka || !lines.some((line) => /^\s+at /.test(line)),
    `a stack trace:\n${lines.slice(0, 8).join('\n')}`,
  );
  faults.clear(what);
  await target.restart();
  const end = Number(await endOf(target.port, 'failing'));
  expect(end >= 5 && end <= 6, `the log ends at ${end}`);
}
