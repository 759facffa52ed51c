import type { Writable } from 'node:stream';
import type { Clock } from '@ottla/platform';
import { JavaDouble, jsonText } from '@ottla/protocol/json';
import { TextOutput } from '../cli/text-output.ts';

/** JSON, member by member: the order is part of the format, and Java's doubles do not look like ours. */
export type Members = Readonly<Record<string, object | string | number | boolean | null | undefined>>;

/** One line of JSON for each event, on standard output at the end of the turn. */
export class Events {
  readonly #clock: Clock;
  readonly #output: TextOutput;
  #isDue = false;

  constructor(clock: Clock, stdout: Writable) {
    this.#clock = clock;
    this.#output = new TextOutput(stdout);
  }

  tell(name: string, members: Members = {}): void {
    const named: Members = { timestamp: this.#clock.wallMs(), name, ...members };
    const all = Object.entries(named);
    const texts = all
      .filter(([, value]) => value !== undefined)
      .map(([member, value]) => `"${member}":${value instanceof JavaDouble ? jsonText(value) : JSON.stringify(value)}`);
    this.#output.print(`{${texts.join(',')}}\n`);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#clock.endOfTurn(() => {
      this.#isDue = false;
      this.#output.flush();
    });
  }

  /** Resolves when standard output takes more. */
  drained(): Promise<void> {
    return this.#output.drained();
  }

  flush(): void {
    this.#output.flush();
  }
}
