import { waitedForProcessorMs } from '../../conformance/lib/process-figures.mjs';
import { BrokerLog } from './broker-log.mjs';
import { Peer } from './peer.mjs';

/**
 * @typedef {object} Case one kind of bad input, and what the broker must make of it
 * @property {string} name unique; `--only` is matched against it
 * @property {(at: Situation) => Promise<void>} check throws when the broker did not do as it should, `Missing` when it cannot be checked here
 * @property {Record<string, string>} [set] properties: the case gets a broker of its own
 * @property {boolean} [own] it starts its brokers itself; `at.target` is none of them
 * @property {(target: import('../../conformance/lib/targets.mjs').Target) => boolean} [suits] not every case makes sense against every target
 * @property {number} [p99Ms] what the well-behaved client must see at most, where that is more than 50: the case says why
 * @property {number} [limitMs] default 60 s
 */

let topics = 0;

/** What a case works with: a broker, its log since the case began, the well-behaved client beside it. */
export class Situation {
  /**
   * @param {import('../../conformance/lib/targets.mjs').Target} target
   * @param {BrokerLog} log
   * @param {(line: string) => void} note
   * @param {{ slow: boolean }} options
   */
  constructor(target, log, note, { slow }) {
    this.target = target;
    this.log = log;
    this.note = note;
    /** There is time: minutes where CI gets seconds. */
    this.slow = slow;
    /** @type {Peer[]} */
    this.peers = [];
  }

  /** @param {import('node:net').TcpSocketConnectOpts} [options] */
  async peer(options) {
    const peer = await Peer.connect(this.target.port, options);
    this.peers.push(peer);
    return peer;
  }

  /** @param {string} [word] @param {number} [partitions] @param {Record<string, string>} [configs] */
  async topic(word = 'bad', partitions = 1, configs = {}) {
    const name = `${word}-${++topics}`;
    await this.target.createTopic(name, partitions, configs);
    return name;
  }

  /**
   * The bytes end the connection, without an answer, with one line in the log.
   * @param {Buffer} bytes
   * @param {RegExp} reason
   */
  async expectDisconnect(bytes, reason) {
    this.log.mark();
    const peer = await this.peer();
    peer.send(bytes);
    await peer.expectClosed();
    await this.log.expectOneLine(peer.address, reason);
  }

  end() {
    for (const peer of this.peers) peer.socket.destroy();
  }
}

/** What the well-behaved client must see, ms. */
const P99_MS = 50;
/** What an echo's p99 may be on a machine that has nothing else to do, ms. */
const QUIET_ECHO_MS = 5;
/** The part of the time that the broker may have waited for a processor: above it the latency is the machine's. */
const WAITED_MAX = 0.05;

/**
 * Runs the body with the well-behaved client beside it, and judges what that one saw. The real Kafka is measured, not judged.
 * @param {import('../../conformance/lib/targets.mjs').Target} target
 * @param {import('./steady.mjs').Steady} steady
 * @param {(line: string) => void} note
 * @param {() => Promise<void>} body
 * @param {number} [p99Ms]
 */
export async function besides(target, steady, note, body, p99Ms = P99_MS) {
  const { pid } = target;
  const waitedBefore = waitedForProcessorMs(pid);
  const began = performance.now();
  steady.begin();
  await body();
  const { count, errors, p50, p99, max, echoP99 } = await steady.end();
  const lived = target.pid === pid && target.isUp;
  const waited = lived ? (waitedForProcessorMs(pid) - waitedBefore) / (performance.now() - began) : 0;
  note(
    `beside it ${count} requests, p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} max ${max.toFixed(1)} ms (an echo's p99 ${echoP99.toFixed(1)})`,
  );
  if (target.isKafka) return;
  if (errors > 0) throw new Error(`the well-behaved client got ${errors} errors`);
  if (waited > WAITED_MAX) {
    note(`not judged, for the broker waited ${(waited * 100).toFixed(0)} % of the time for a processor`);
    return;
  }
  // On a machine that is busy with something else the bare echo is late, too.
  if (!(p99 - Math.max(0, echoP99 - QUIET_ECHO_MS) < p99Ms))
    throw new Error(`the well-behaved client's p99 was ${p99.toFixed(1)} ms, not below ${p99Ms}`);
}

/**
 * @param {Case} one
 * @param {import('../../conformance/lib/targets.mjs').Target} target that is up
 * @param {import('./steady.mjs').Steady | undefined} steady
 * @param {(line: string) => void} note
 * @param {{ slow: boolean }} options
 */
export async function checkOn(one, target, steady, note, options) {
  const situation = new Situation(target, new BrokerLog(target), note, options);
  const body = async () => {
    try {
      await one.check(situation);
      if (target.isUp) situation.log.expectOrderly();
      else if (!one.own) throw new Error(`the broker ended:\n${target.log(12)}`);
    } finally {
      situation.end();
    }
  };
  if (steady === undefined) await body();
  else await besides(target, steady, note, body, one.p99Ms);
}
