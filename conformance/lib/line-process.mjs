// A client program in a process of its own.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EventStream } from './event-stream.mjs';
import { track } from './processes.mjs';

export class LineProcess extends EventStream {
  /**
   * @param {string} name shown in errors
   * @param {string} command
   * @param {string[]} args
   * @param {{ cwd?: string, env?: Record<string, string> }} [options]
   */
  constructor(name, command, args, { cwd, env } = {}) {
    super(name);
    this.child = track(spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] }));
    this.child.stdin.on('error', () => {});
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#line(line));
    createInterface({ input: this.child.stderr }).on('line', (line) => this.remember(line));
    this.child.once('close', (code) => this.end(code));
    this.child.once('error', (error) => {
      this.remember(error.message);
      this.end(-1);
    });
  }

  #line(line) {
    if (!line.startsWith('{')) return this.remember(line);
    try {
      this.heard(JSON.parse(line));
    } catch {
      this.remember(line);
    }
  }

  /** @param {string} line */
  say(line) {
    this.child.stdin.write(`${line}\n`);
  }

  /** @param {NodeJS.Signals} [signal] */
  kill(signal = 'SIGKILL') {
    if (!this.ended) this.child.kill(signal);
  }
}
