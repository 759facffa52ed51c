import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { track } from '../lib/processes.mjs';

/** Commands that run on, as in a terminal of their own. */
export class Terminal {
  /** @param {string} commands @param {string} folder */
  constructor(commands, folder) {
    /** Printed and not compared yet. @type {string[]} */
    this.lines = [];
    this.errors = '';
    let rest = '';
    this.child = track(
      spawn('sh', ['-ec', commands], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    this.child.stdout.on('data', (chunk) => {
      const parts = `${rest}${chunk}`.split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts);
    });
    this.child.stderr.on('data', (chunk) => {
      this.errors += chunk;
    });
    this.ended = once(this.child, 'close');
  }

  /** Ctrl-C: for the shell and what it runs. */
  async interrupt() {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGINT');
    } catch {
      // It ended meanwhile.
    }
    await this.ended;
  }
}
