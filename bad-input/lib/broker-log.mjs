// What the broker under test wrote to its log since a moment.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../conformance/lib/wait.mjs';

/** Lines a case may cause at most, whatever it does. */
const FLOOD = 20;

export class BrokerLog {
  /** @param {import('../../conformance/lib/targets.mjs').Target} target */
  constructor(target) {
    this.path = join(target.dir, target.isKafka ? 'kafka-1' : 'ottla', 'out.log');
    this.isKafka = target.isKafka;
    this.mark();
  }

  mark() {
    this.from = existsSync(this.path) ? statSync(this.path).size : 0;
  }

  /** @returns {string[]} lines since the mark, without those of the broker's own doings */
  lines() {
    const text = readFileSync(this.path).subarray(this.from).toString();
    return text.split('\n').filter((line) => line !== '');
  }

  /** Lines that are no INFO or DEBUG: warnings, errors, and the traces that follow them. @returns {string[]} */
  troubles() {
    return this.lines().filter((line) => !/^\[[\d:, -]+\] (INFO|DEBUG) /.test(line));
  }

  /**
   * Exactly one line that names the peer, with the reason; nothing else was worth a warning.
   * The real Kafka is not judged by its log.
   * @param {string} peer
   * @param {RegExp} reason
   */
  async expectOneLine(peer, reason) {
    if (this.isKafka) return;
    const naming = () => this.lines().filter((line) => line.includes(peer));
    await until(`a log line that names ${peer}`, 3000, () => naming().length > 0).catch((error) => {
      throw new Error(`${error.message}; the log since then:\n${this.lines().slice(-8).join('\n')}`);
    });
    const [line, ...more] = naming();
    if (more.length > 0) throw new Error(`the log names the peer ${1 + more.length} times:\n${line}\n${more[0]}`);
    if (!reason.test(line)) throw new Error(`the log gives another reason than ${reason}: ${line}`);
    const others = this.troubles().filter((each) => each !== line);
    if (others.length > 0)
      throw new Error(`more than one line of trouble:\n${[line, ...others].slice(0, 8).join('\n')}`);
  }

  /** As many lines of trouble as were caused, and no more: the last is written a little after its answer. @param {number} least @param {number} [most] */
  async expectTroubles(least, most = least) {
    if (this.isKafka) return;
    await until(`${least} lines of trouble`, 3000, () => this.troubles().length >= least).catch(() => {});
    const lines = this.troubles();
    if (lines.length < least || lines.length > most)
      throw new Error(`${lines.length} lines of trouble, not ${least} to ${most}:\n${lines.slice(0, 4).join('\n')}`);
  }

  /** Nothing was worth a warning. */
  expectQuiet() {
    if (this.isKafka) return;
    const troubles = this.troubles();
    if (troubles.length > 0) throw new Error(`the log should be quiet:\n${troubles.slice(0, 8).join('\n')}`);
  }

  /** No stack traces, no flood. */
  expectOrderly() {
    if (this.isKafka) return;
    const lines = this.lines();
    const trace = lines.find((line) => /^\s+at /.test(line));
    if (trace !== undefined) throw new Error(`a stack trace in the log:\n${this.troubles().slice(0, 6).join('\n')}`);
    const troubles = this.troubles();
    if (troubles.length > FLOOD)
      throw new Error(`${troubles.length} lines of trouble:\n${troubles.slice(0, 4).join('\n')}`);
  }
}
