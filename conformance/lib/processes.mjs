// Child processes: short ones that are run to their end, long ones whose printed lines are waited for.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pause, within } from './wait.mjs';

const SILENCE_MS = 30_000;

/** Children of this process that have not ended; killed when it ends. @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

export const track = (child) => {
  living.add(child);
  child.once('exit', () => living.delete(child));
  child.once('error', () => living.delete(child));
  return child;
};

/** @typedef {{ code: number | null, stdout: string, stderr: string }} Outcome */

/**
 * Runs a command to its end. Rejects when it cannot start, or is not done within the limit; the exit code is the caller's to judge.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, limitMs?: number, input?: string }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { cwd, env, limitMs = 120_000, input } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    const child = track(spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio }));
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    const stderr = () => Buffer.concat(err).toString();
    const stdout = () => Buffer.concat(out).toString();
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const tail = `${stdout()}\n${stderr()}`.trim().slice(-600);
      reject(new Error(`${command} ${args.join(' ')}: not done within ${limitMs / 1000} s\n${tail}`));
    }, limitMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: stdout(), stderr: stderr() });
    });
    if (input !== undefined) {
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    }
  });
}

/**
 * As `run`, but an exit code other than 0 is an error that shows the end of what was printed.
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 * @returns {Promise<Outcome>}
 */
export async function must(command, args, options) {
  const outcome = await run(command, args, options);
  if (outcome.code !== 0) {
    const tail = `${outcome.stdout.slice(-1500)}\n${outcome.stderr.slice(-2500)}`.trim();
    throw new Error(`${command} ${args.join(' ')}: exit code ${outcome.code}\n${tail}`);
  }
  return outcome;
}

/** A process that prints JSON objects, one a line. Other lines are kept as text for the error message. */
export class LineProcess {
  /**
   * @param {string} name shown in errors
   * @param {string} command
   * @param {string[]} args
   * @param {{ cwd?: string, env?: Record<string, string> }} [options]
   */
  constructor(name, command, args, { cwd, env } = {}) {
    this.name = name;
    /** @type {Record<string, any>[]} */
    this.events = [];
    /** @type {string[]} what was said that is not an event, newest last, at most 200 lines */
    this.said = [];
    this.ended = false;
    this.heardAt = 0;
    this.code = null;
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    this.child = track(spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] }));
    this.child.stdin.on('error', () => {});
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#heard(line));
    createInterface({ input: this.child.stderr }).on('line', (line) => this.#remember(line));
    this.exit = new Promise((resolve) => {
      const end = (code) => {
        this.ended = true;
        this.code = code;
        this.#wake();
        resolve(code);
      };
      this.child.once('close', end);
      this.child.once('error', (error) => {
        this.#remember(error.message);
        end(-1);
      });
    });
  }

  #heard(line) {
    this.heardAt = performance.now();
    if (line.startsWith('{')) {
      try {
        this.events.push(JSON.parse(line));
      } catch {
        this.#remember(line);
      }
    } else this.#remember(line);
    this.#wake();
  }

  #remember(line) {
    this.said.push(line);
    if (this.said.length > 200) this.said.shift();
  }

  #wake() {
    for (const watcher of this.watchers) watcher();
  }

  /** What went wrong, for an error message. */
  story() {
    const last = this.events.slice(-3).map((event) => JSON.stringify(event).slice(0, 300));
    return [
      `${this.name}: ${this.events.length} events${this.ended ? `, ended with ${this.code}` : ', still running'}`,
      ...last,
      ...this.said.slice(-12),
    ].join('\n    ');
  }

  /**
   * Resolves once `seen(events)` is neither false, null nor undefined; looked at after every line.
   * @template T
   * @param {string} what
   * @param {(events: Record<string, any>[]) => T} seen
   * @param {number} [limitMs]
   * @returns {Promise<NonNullable<T>>}
   */
  until(what, seen, limitMs = 60_000) {
    let check;
    const found = new Promise((resolve, reject) => {
      check = () => {
        try {
          const answer = seen(this.events);
          if (answer) resolve(answer);
          else if (this.ended) reject(new Error(`${what}: the process ended first`));
        } catch (error) {
          reject(error);
        }
      };
      this.watchers.add(check);
      check();
    });
    return within(what, limitMs, found)
      .catch((error) => {
        throw new Error(`${error.message}\n    ${this.story()}`);
      })
      .finally(() => this.watchers.delete(check));
  }

  /** @param {string} line */
  say(line) {
    this.child.stdin.write(`${line}\n`);
  }

  /**
   * Waits for the end; an exit code other than 0 is an error, and so is a silence of half a minute.
   * @param {number} [limitMs]
   */
  async finish(limitMs = 60_000) {
    const began = performance.now();
    this.heardAt = began;
    while (!this.ended) {
      const now = performance.now();
      const silent = now - this.heardAt > SILENCE_MS;
      if (silent || now - began > limitMs) {
        const why = silent ? `silent for ${SILENCE_MS / 1000} s` : `not done within ${limitMs / 1000} s`;
        this.kill();
        throw new Error(`${why}\n    ${this.story()}`);
      }
      await Promise.race([this.exit, pause(200)]);
    }
    if (this.code !== 0) throw new Error(`exit code ${this.code}\n    ${this.story()}`);
  }

  /** @param {NodeJS.Signals} [signal] */
  kill(signal = 'SIGKILL') {
    if (!this.ended) this.child.kill(signal);
  }
}
