// A process that prints so much that only the number of lines is kept.
import { spawn } from 'node:child_process';
import { track } from './processes.mjs';

export class LineCounter {
  /** @param {string} command @param {string[]} args */
  constructor(command, args) {
    this.lines = 0;
    this.ended = false;
    this.stderr = '';
    this.child = track(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    this.child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) this.lines++;
    });
    this.child.stderr.on('data', (chunk) => {
      this.stderr = (this.stderr + chunk).slice(-4000);
    });
    this.exit = new Promise((resolve) => {
      const end = (code) => {
        this.ended = true;
        resolve(code);
      };
      this.child.once('close', end);
      this.child.once('error', end);
    });
  }

  complaint() {
    return this.stderr.slice(-1500);
  }

  stop() {
    if (!this.ended) this.child.kill('SIGTERM');
  }
}
