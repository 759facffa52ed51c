// What a client program prints, one JSON object a line, and waiting for it. Other lines are kept as text for the error message.
import { pause, within } from './wait.mjs';

const SILENCE_MS = 30_000;
const SAID_LINES = 200;

export class EventStream {
  /** @param {string} name shown in errors */
  constructor(name) {
    this.name = name;
    /** @type {Record<string, any>[]} */
    this.events = [];
    /** @type {string[]} what was said that is not an event, newest last */
    this.said = [];
    this.ended = false;
    this.heardAt = 0;
    /** @type {number | null} */
    this.code = null;
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    /** @type {(code: number | null) => void} */
    this.resolveExit = () => {};
    /** @type {Promise<number | null>} */
    this.exit = new Promise((resolve) => {
      this.resolveExit = resolve;
    });
  }

  /** @param {Record<string, any>} event */
  heard(event) {
    this.heardAt = performance.now();
    this.events.push(event);
    this.#wake();
  }

  /** @param {string} line */
  remember(line) {
    this.said.push(line);
    if (this.said.length > SAID_LINES) this.said.shift();
  }

  /** @param {number | null} code */
  end(code) {
    if (this.ended) return;
    this.ended = true;
    this.code = code;
    this.#wake();
    this.resolveExit(code);
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
   * Resolves once `seen(events)` is neither false, null nor undefined; looked at after every event.
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
        const story = this.story();
        this.kill();
        throw new Error(`${why}\n    ${story}`);
      }
      await Promise.race([this.exit, pause(200)]);
    }
    if (this.code !== 0) throw new Error(`exit code ${this.code}\n    ${this.story()}`);
  }

  /** @param {string} _line to the program's stdin */
  say(_line) {}

  kill() {}
}
