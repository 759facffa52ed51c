// A client program that is slow to start, started once: it takes one command line a line, `ID` and the words separated by tabs,
// and later `ID leave`; it prints events with that id, at last `{"id":ID,"ended":CODE}`. Standard error belongs to all of them.
import { EventStream } from './event-stream.mjs';
import { LineProcess } from './line-process.mjs';

class ServedJob extends EventStream {
  /** @param {ServedProgram} program @param {number} id @param {string} name */
  constructor(program, id, name) {
    super(name);
    this.program = program;
    this.id = id;
  }

  story() {
    return [super.story(), ...this.program.process.said.slice(-6)].join('\n    ');
  }

  /** @param {string} line */
  say(line) {
    this.program.process.say(`${this.id}\t${line}`);
  }

  /** A thread cannot be killed: it is told to leave, and nobody listens any more. */
  kill() {
    if (this.ended) return;
    this.say('leave');
    this.end(-1);
  }
}

export class ServedProgram {
  /** @param {string} name @param {string} command @param {string[]} args */
  constructor(name, command, args) {
    /** @type {Map<number, ServedJob>} */
    this.jobs = new Map();
    this.ids = 0;
    this.process = new LineProcess(name, command, [...args, 'serve']);
    this.process.heard = (event) => this.#heard(event);
    void this.process.exit.then(() => {
      for (const job of this.jobs.values()) job.end(-1);
    });
  }

  #heard({ id, ended, ...event }) {
    const job = this.jobs.get(id);
    if (job === undefined) return;
    if (ended === undefined) return job.heard(event);
    this.jobs.delete(id);
    job.end(ended);
  }

  /** @param {string} name @param {string[]} line the command and its options @returns {ServedJob} */
  start(name, line) {
    const job = new ServedJob(this, ++this.ids, name);
    this.jobs.set(job.id, job);
    this.process.say([job.id, ...line].join('\t'));
    return job;
  }

  /** The end of its stdin ends the program. */
  async close() {
    this.process.kill();
    await this.process.exit;
  }
}
