// The loads of the soak: each goes on until told to stop, whatever the broker goes through.
import { pause } from '../../conformance/lib/wait.mjs';
import { metadata } from '../../conformance/lib/wire.mjs';
import { batchesOf } from '../../conformance/lib/wire-batches.mjs';
import { batch, record } from '../lib/batches.mjs';
import { Peer } from '../lib/peer.mjs';
import { produceRequest, readProduced } from '../lib/requests.mjs';

/** Records a second of each writer whose acknowledgements are kept. */
export const WRITER_RATE = 60;
/** @type {[string, string][]} client and codec */
export const WRITERS = [
  ['java-3.9', 'none'],
  ['confluent-kafka', 'zstd'],
  ['confluent-kafka', 'gzip'],
];

/** @typedef {import('../../conformance/lib/targets.mjs').Target} Target */
/** @typedef {{ isOver: () => boolean, count: (what: string, by?: number) => void }} Shift */

/** Repeats the body until the shift is over; a broker that is away at the moment is no failure. @param {Shift} shift @param {number} everyMs @param {() => Promise<void>} body */
async function again(shift, everyMs, body) {
  while (!shift.isOver()) {
    try {
      await body();
    } catch {
      shift.count('tries while the broker was away');
    }
    await pause(everyMs);
  }
}

const MEGABYTE = batch(record({ value: Buffer.alloc(1_000_000, 'bulk') }));

/** Batches of a megabyte in bursts, read back, on a topic that keeps little. @param {Target} target @param {Shift} shift */
export async function bulk(target, shift) {
  await target.createTopic('bulk', 2, {
    'segment.bytes': String(16 << 20),
    'retention.bytes': String(48 << 20),
    'max.message.bytes': '2000000',
  });
  await again(shift, 600, async () => {
    const peer = await Peer.connect(target.port);
    try {
      for (let round = 0; round < 6; round++) {
        peer.send(produceRequest('bulk', MEGABYTE, { partition: round % 2 }));
        const answer = await peer.answer();
        if (typeof answer === 'string' || readProduced(answer).error !== 0) throw new Error('bulk was not taken');
        const { baseOffset } = readProduced(answer);
        await batchesOf(target.port, 'bulk', round % 2, baseOffset);
        shift.count('megabytes written and read');
      }
    } finally {
      peer.socket.destroy();
    }
  });
}

/** @param {Target} target */
export const prepareSmall = (target) =>
  target.createTopic('small', 4, { 'segment.bytes': String(4 << 20), 'retention.bytes': String(8 << 20) });

/** Single small records on a connection of their own, acks=1. @param {Target} target @param {Shift} shift */
export async function small(target, shift) {
  const one = batch(record({ value: Buffer.alloc(100, 'small') }));
  await again(shift, 100, async () => {
    const peer = await Peer.connect(target.port);
    try {
      for (let round = 0; round < 200 && !shift.isOver(); round++) {
        peer.send(produceRequest('small', one, { partition: round % 4 }));
        const answer = await peer.answer();
        if (typeof answer === 'string' || readProduced(answer).error !== 0) throw new Error('not taken');
        shift.count('single records');
        await pause(20);
      }
    } finally {
      peer.socket.destroy();
    }
  });
}

/** Topics come, are written to and go. @param {Target} target @param {Shift} shift */
export async function admin(target, shift) {
  let number = 0;
  const one = batch(record());
  await again(shift, 3000, async () => {
    const name = `passing-${++number}`;
    await target.createTopic(name, 3, { 'retention.ms': '60000' });
    const peer = await Peer.connect(target.port);
    peer.send(produceRequest(name, one, { partition: 1 }));
    await peer.answer().finally(() => peer.socket.destroy());
    await metadata(target.port, [name]);
    await target.deleteTopic(name);
    shift.count('topics created and deleted');
  });
}

/** Connections that come and go, some in the middle of a request. @param {Target} target @param {Shift} shift */
export async function visitors(target, shift) {
  const half = produceRequest('small', batch(record())).subarray(0, 40);
  await again(shift, 1000, async () => {
    for (let round = 0; round < 10; round++) {
      const peer = await Peer.connect(target.port);
      if (round % 2) peer.send(half);
      if (round % 3) peer.end();
      else peer.reset();
      shift.count('connections dropped');
    }
  });
}

/** Groups of one or two members that read what the writers wrote, commit and go. @param {Target} target @param {Shift} shift @param {import('../../conformance/lib/cells.mjs').Context} at */
export async function groups(target, shift, at) {
  let number = 0;
  await again(shift, 15_000, async () => {
    const options = { topic: 'kept', group: `passing-${Math.floor(number++ / 2)}`, max: 500 };
    const members = [await at.client('confluent-kafka', 'group', options, target)];
    if (number % 3 === 0) members.push(await at.client('confluent-kafka', 'group', options, target));
    try {
      for (const member of members) {
        await member.finish(40_000);
        shift.count('records read by groups', member.events.filter(({ event }) => event === 'record').length);
      }
    } finally {
      for (const member of members) member.kill();
      at.started.splice(0);
    }
  });
}
