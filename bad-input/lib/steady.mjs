import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineProcess } from '../../conformance/lib/line-process.mjs';
import { pause } from '../../conformance/lib/wait.mjs';

const RATE = 250;
/** A window is at least so long, ms: its p99 needs some requests to be one. */
const WINDOW_MS = 1200;
const script = join(dirname(fileURLToPath(import.meta.url)), 'steady-client.mjs');

/** @typedef {{ count: number, errors: number, p50: number, p99: number, max: number, echoP99: number }} Window milliseconds */

/** The well-behaved client beside the cases. */
export class Steady {
  /** @param {import('../../conformance/lib/targets.mjs').Target} target */
  static async beside(target) {
    await target.createTopic('steady');
    const steady = new Steady(target.port);
    await pause(500); // its code is compiled, too
    return steady;
  }

  /** @param {number} port */
  constructor(port) {
    this.process = new LineProcess('the steady client', process.execPath, [
      script,
      String(port),
      'steady',
      String(RATE),
    ]);
    this.windows = 0;
    this.beganAt = 0;
  }

  begin() {
    this.process.say('begin');
    this.beganAt = performance.now();
  }

  /** @returns {Promise<Window>} what it saw since `begin` */
  async end() {
    await pause(Math.max(0, this.beganAt + WINDOW_MS - performance.now()));
    this.process.say('end');
    const count = ++this.windows;
    return /** @type {Promise<any>} */ (this.process.until('the figures', (events) => events[count - 1], 10_000));
  }

  stop() {
    this.process.kill();
  }
}
