// Clients that misbehave as connections: too many of them, too fast, or not reading.
import { readdirSync, readFileSync } from 'node:fs';
import { megabytesOf } from '../../conformance/lib/process-figures.mjs';
import { Missing } from '../../conformance/lib/setup.mjs';
import { pause, until } from '../../conformance/lib/wait.mjs';
import { fetchBody } from '../../conformance/lib/wire-batches.mjs';
import { batch, record } from '../lib/batches.mjs';
import { CLOSED, Peer } from '../lib/peer.mjs';
import { apiVersionsRequest, produceRequest, readProduced, request } from '../lib/requests.mjs';

/** @typedef {import('../lib/case.mjs').Situation} Situation */

const IDLE = 10_000;
/** Opened before memory is looked at: code is compiled, pools are made. */
const WARM = 500;
const IDLE_KB_MAX = 8;
/** Opened at a time: below `socket.listen.backlog.size`, or the system makes them wait a second. */
const AT_ONCE = 40;

/** @param {number} pid */
const openFiles = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** @param {number | 'self'} pid */
const filesMax = (pid) => Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]);

/** @param {Situation} at @param {number} before @param {number} [slack] */
const filesAreBackAt = (at, before, slack = 3) =>
  until('the files of the connections closed', 10_000, () => openFiles(at.target.pid) <= before + slack);

/** @param {Peer} peer */
async function expectServed(peer) {
  peer.send(apiVersionsRequest());
  if ((await peer.answer()) === CLOSED) throw new Error('a connection was closed that should be served');
}

/** @param {Peer} peer */
async function isSilent(peer) {
  peer.send(apiVersionsRequest());
  const answer = await peer.answer(700).catch(() => 'silence');
  return answer === 'silence';
}

/** @type {import('../lib/case.mjs').Case[]} */
export const connectionCases = [
  {
    name: 'connections / twenty clients that fetch and never read',
    async check(at) {
      const topic = await at.topic('unread', 1, { 'max.message.bytes': '2000000' });
      const writer = await at.peer();
      const megabyte = batch(record({ value: Buffer.alloc(1_000_000, 'unread') }));
      for (let round = 0; round < 10; round++) {
        writer.send(produceRequest(topic, megabyte));
        const answer = await writer.answer();
        if (answer === CLOSED || readProduced(answer).error !== 0) throw new Error('the records were not taken');
      }
      const before = megabytesOf(at.target.pid, 'VmRSS');
      const files = openFiles(at.target.pid);
      const fetch = request(1, 4, fetchBody(topic, 0, 0, { maxBytes: 10 << 20 }));
      const lazy = [];
      for (let index = 0; index < 20; index++) {
        const peer = await at.peer();
        peer.socket.pause();
        for (let round = 0; round < 50; round++) peer.send(fetch);
        lazy.push(peer);
      }
      await pause(at.slow ? 60_000 : 3000);
      const growth = megabytesOf(at.target.pid, 'VmRSS') - before;
      at.note(`${growth.toFixed(1)} MB more`);
      if (!at.target.isKafka && growth > 60) throw new Error(`clients that do not read cost ${growth.toFixed(1)} MB`);
      for (const peer of lazy) peer.socket.destroy();
      await filesAreBackAt(at, files);
      at.log.expectQuiet();
    },
  },
  {
    name: `connections / ${IDLE} idle ones`,
    set: {},
    limitMs: 120_000,
    async check(at) {
      const least = IDLE + 500;
      for (const [who, pid] of [
        ['this process', 'self'],
        ['the broker', at.target.pid],
      ]) {
        const max = filesMax(pid);
        if (max < least) throw new Missing(`${who} may open ${max} files only (ulimit -n ${least})`);
      }
      const files = openFiles(at.target.pid);
      for (let count = 0; count < WARM; count++) await expectServed(await at.peer());
      const before = megabytesOf(at.target.pid, 'VmRSS');
      while (at.peers.length < IDLE) {
        const some = await Promise.all(Array.from({ length: AT_ONCE }, () => at.peer()));
        await Promise.all(some.map(expectServed));
      }
      await pause(at.slow ? 60_000 : 1000);
      const kilobytes = ((megabytesOf(at.target.pid, 'VmRSS') - before) * 1024) / (IDLE - WARM);
      at.note(`${kilobytes.toFixed(1)} KB each`);
      if (!at.target.isKafka && kilobytes > IDLE_KB_MAX)
        throw new Error(`an idle connection takes ${kilobytes.toFixed(1)} KB`);
      const [oldest, newest] = [at.peers[0], at.peers[at.peers.length - 1]];
      await expectServed(oldest);
      await expectServed(newest);
      for (const peer of at.peers) peer.socket.destroy();
      await filesAreBackAt(at, files);
      at.log.expectQuiet();
    },
  },
  {
    name: 'connections / a storm: 2,000 that come and go at once',
    async check(at) {
      const files = openFiles(at.target.pid);
      const half = produceRequest('nothing', Buffer.alloc(100)).subarray(0, 40);
      for (let round = 0; round < 50; round++) {
        const peers = await Promise.all(Array.from({ length: AT_ONCE }, () => Peer.connect(at.target.port)));
        for (const [index, peer] of peers.entries()) {
          if (index % 2) peer.send(half);
          if (index % 3) peer.reset();
          else peer.socket.destroy();
        }
      }
      await filesAreBackAt(at, files);
      at.log.expectQuiet();
    },
  },
  {
    name: 'connections / beyond max.connections they wait',
    set: { 'max.connections': '12' },
    async check(at) {
      // Topic and metadata took connections of their own, which are closed by now.
      const served = [];
      for (let peer = await at.peer(); !(await isSilent(peer)); peer = await at.peer()) {
        served.push(peer);
        if (served.length > 12) throw new Error('more than max.connections are served');
      }
      const [waiting] = at.peers.slice(-1);
      if (waiting.isClosed) throw new Error(`the ${served.length + 1}th connection was closed`);
      at.note(`${served.length} served beside the steady one`);
      served[0].socket.destroy();
      if ((await waiting.answer()) === CLOSED) throw new Error('the one that waited was closed');
      await expectServed(served[1]);
      if (at.log.troubles().length > 1) throw new Error(`too many lines:\n${at.log.troubles().slice(0, 5).join('\n')}`);
    },
  },
  {
    name: 'connections / beyond max.connections.per.ip they are closed',
    set: { 'max.connections.per.ip': '12' },
    async check(at) {
      const others = [];
      for (let count = 0; count < 100; count++) others.push(await at.peer());
      await pause(500);
      const open = others.filter((peer) => !peer.isClosed);
      if (open.length < 8 || open.length > 11) throw new Error(`${open.length} stayed open beside the steady one`);
      await expectServed(open[0]);
      if (at.target.isKafka) return;
      const lines = at.log
        .lines()
        .filter((line) =>
          /Rejected connection from \/127.0.0.1, address already has the configured maximum of 12 connections/.test(
            line,
          ),
        );
      if (lines.length === 0 || lines.length > 5)
        throw new Error(`${lines.length} lines about ${100 - open.length} rejections`);
    },
  },
];
