// A cell is one promise, checked with one program. The runner takes them two at a time.
import { clientNamed } from '../clients/registry.mjs';
import { toolCommand } from '../peers/tools.mjs';
import { LineProcess } from './line-process.mjs';
import { run } from './processes.mjs';
import { ServedProgram } from './served-program.mjs';
import { kafka } from './setup.mjs';

/**
 * @typedef {object} Cell
 * @property {string} name unique; `--only` is matched against it
 * @property {(at: Context) => Promise<void>} check throws when the promise is broken, `Missing` when it cannot be checked on this machine, `Waiting` when
 * the broker does not list what it is about
 * @property {string[]} uses clients by name, servers and tools as `kafka VERSION`: made ready before the first cell runs
 * @property {(target: import('./targets.mjs').Target) => boolean} [suits] not every cell makes sense against every target
 * @property {boolean} [alone] it takes the whole machine: no other cell runs beside it
 * @property {number} [limitMs] default 180 s
 */

/** The broker does not have what the promise is about. Where it once did, that is a failure. */
export class Waiting extends Error {}

let names = 0;

/** Programs that serve many command lines, by client. @type {Map<string, ServedProgram>} */
const served = new Map();

/** Ends what lasts longer than a cell. */
export const endServed = () => Promise.all([...served.values()].map((program) => program.close()));

/** What a cell works with: the shared broker, names nobody else uses, client programs that end with the cell. */
export class Context {
  /** @param {import('./targets.mjs').Target} target @param {(line: string) => void} note */
  constructor(target, note) {
    this.target = target;
    this.note = note;
    /** @type {import('./event-stream.mjs').EventStream[]} */
    this.started = [];
  }

  /** @param {string} word @returns {string} */
  unique(word) {
    return `${word.replaceAll(/[^\w.-]/g, '-').replace(/^-+/, '')}-${++names}`;
  }

  /** @param {string} word @param {number} [partitions] @param {Record<string, string>} [configs] @returns {Promise<string>} its name */
  async topic(word, partitions = 1, configs = {}) {
    const name = this.unique(word);
    await this.target.createTopic(name, partitions, configs);
    return name;
  }

  /**
   * Made once for all cells of this run that ask for it.
   * @template T
   * @param {string} key
   * @param {() => Promise<T>} make
   * @returns {Promise<T>}
   */
  shared(key, make) {
    const { shared } = this.target;
    const found = shared.get(key) ?? make();
    shared.set(key, found);
    return found;
  }

  /**
   * Starts a client program.
   * @param {import('../clients/registry.mjs').Client | string} client
   * @param {string} command
   * @param {Record<string, string | number | boolean>} options
   * @param {import('./targets.mjs').Target} [target]
   * @param {{ own?: boolean }} [how] own: in a process of its own, which can be killed
   * @returns {Promise<import('./event-stream.mjs').EventStream>}
   */
  async client(client, command, options, target = this.target, { own = command === 'load' } = {}) {
    const who = typeof client === 'string' ? clientNamed(client) : client;
    const [file, args] = await who.program();
    const given = { bootstrap: target.bootstrap, ...options };
    const line = Object.entries(given).flatMap(([key, value]) => [`--${key}`, String(value)]);
    const name = `${who.name} ${command}`;
    let process;
    if (who.serves && !own) {
      const program = served.get(who.name) ?? new ServedProgram(who.name, file, args);
      served.set(who.name, program);
      process = program.start(name, [command, ...line]);
    } else process = new LineProcess(name, file, [...args, command, ...line]);
    this.started.push(process);
    return process;
  }

  /**
   * Produces records and checks the offsets that the acknowledgements named.
   * @param {import('../clients/registry.mjs').Client | string} client
   * @param {string} topic
   * @param {{ codec?: string, start?: number, count: number, partitions?: number, base?: number, firstOffset?: number, idempotent?: boolean }} what
   * @param {import('./targets.mjs').Target} [target]
   * @returns {Promise<Parameters<typeof import('./records.mjs').difference>[1]>} what was written, for `difference`
   */
  async produce(
    client,
    topic,
    { codec = 'none', start = 0, count, partitions = 1, base = Date.now(), firstOffset = 0, idempotent },
    target,
  ) {
    const { name, abilities } = typeof client === 'string' ? clientNamed(client) : client;
    const process = await this.client(
      client,
      'produce',
      { topic, codec, start, count, partitions, base, name, ...(idempotent ? { idempotent } : {}) },
      target,
    );
    await process.finish(90_000);
    const end = process.events.at(-1);
    if (end?.event !== 'produced' || end.count !== count)
      throw new Error(`not all was produced\n    ${process.story()}`);
    for (const { event, i, partition, offset } of process.events) {
      if (event !== 'acked') continue;
      const expected =
        firstOffset +
        Math.floor(i / partitions) -
        Math.floor((start + ((((partition - start) % partitions) + partitions) % partitions)) / partitions);
      if (partition !== i % partitions || offset !== expected) {
        throw new Error(`record ${i} was acknowledged as ${partition}@${offset}, not ${i % partitions}@${expected}`);
      }
    }
    return { start, count, partitions, base, name, abilities, firstOffset };
  }

  /**
   * Reads a topic, from its beginning unless `from` says otherwise.
   * @param {import('../clients/registry.mjs').Client | string} client
   * @param {string} topic
   * @param {number} count
   * @param {number} [partitions]
   * @param {import('./targets.mjs').Target} [target]
   * @param {{ offset?: number, time?: number }} [from] the offset in every partition, or the time of the first record wanted
   */
  async consume(client, topic, count, partitions = 1, target, from = {}) {
    const process = await this.client(client, 'consume', { topic, partitions, max: count, ...from }, target);
    await process.finish(90_000);
    return process.events.filter((event) => event.event === 'record');
  }

  /**
   * Runs one of Kafka's tools to its end, with `--bootstrap-server` added unless the tool needs none.
   * @param {string} version
   * @param {string} name
   * @param {string[]} args
   * @param {{ target?: import('./targets.mjs').Target | null, code?: number, limitMs?: number, input?: string }} [options] the exit code expected
   * @returns {Promise<{ stdout: string, stderr: string, lines: string[] }>}
   */
  async tool(version, name, args, { target = this.target, code = 0, limitMs = 120_000, input } = {}) {
    await kafka(version);
    const server = target === null ? [] : ['--bootstrap-server', target.bootstrap];
    const outcome = await run(...(await toolCommand(version, name, [...server, ...args])), { limitMs, input });
    if (outcome.code !== code) {
      const said = `${outcome.stdout.slice(-1500)}\n${outcome.stderr.slice(-1500)}`.trim();
      throw new Error(`${name} ${args.join(' ')}: exit code ${outcome.code} instead of ${code}\n${said}`);
    }
    const lines = outcome.stdout.split('\n').filter((line) => line !== '');
    return { stdout: outcome.stdout, stderr: outcome.stderr, lines };
  }

  /** Ends what the cell left running. */
  async end() {
    for (const process of this.started) process.kill();
    await Promise.all(this.started.map((process) => process.exit));
  }
}

/** @param {string | undefined} problem */
export function expectNone(problem) {
  if (problem !== undefined) throw new Error(problem);
}

/** @param {boolean} holds @param {string} otherwise */
export function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
