// Kafka's own tools in one JVM that stays: a call takes a tenth of a second instead of more than one.
import { join } from 'node:path';
import { logFlags, SHORT_FLAGS } from '../peers/jvm.mjs';
import { toolClass, toolCommand } from '../peers/tools.mjs';
import { LineProcess } from './line-process.mjs';
import { conformanceDir } from './places.mjs';
import { run } from './processes.mjs';
import { command, kafka } from './setup.mjs';

const LIMIT_MS = 60_000;

/** They end their JVM themselves, and tell the last of their events while it ends. */
const ALONE = /^kafka-verifiable-/;

class JavaTools {
  /** @param {string} version @param {string} classPath */
  constructor(version, classPath) {
    const source = join(conformanceDir, 'peers', 'ToolServer.java');
    const flags = ['-Xmx256M', ...SHORT_FLAGS, ...logFlags(), '-cp', classPath];
    this.process = new LineProcess(`tools of Kafka ${version}`, 'java', [...flags, source]);
    this.answered = 0;
    /** @type {Promise<any>} one at a time */
    this.last = Promise.resolve();
  }

  /** @param {string} main @param {string[]} args @param {string} input @returns {Promise<import('./processes.mjs').Outcome>} */
  run(main, args, input) {
    const outcome = this.last.then(() => this.#run(main, args, input));
    this.last = outcome.catch(() => {});
    return outcome;
  }

  async #run(main, args, input) {
    const base64 = (text) => Buffer.from(text).toString('base64');
    const count = ++this.answered;
    this.process.say([main, base64(input), base64(args.join('\0'))].join('\t'));
    await this.process
      .until(`${main} ${args.join(' ')}`, (events) => events.length === count, LIMIT_MS)
      .catch((error) => {
        this.process.kill(); // what it hangs in would hold up the next tool too
        throw error;
      });
    const { code, out, err } = this.process.events[count - 1];
    const text = (bytes) => Buffer.from(bytes, 'base64').toString();
    return { code, stdout: text(out), stderr: text(err) };
  }
}

/** By version. @type {Map<string, JavaTools>} */
const running = new Map();

/**
 * @param {string} version
 * @param {string} tool the name of its script
 * @param {string[]} args
 * @param {string} [input]
 */
export async function javaTool(version, tool, args, input = '') {
  await command('javac');
  await kafka(version);
  if (ALONE.test(tool)) return run(...(await toolCommand(version, tool, args)), { input, limitMs: LIMIT_MS });
  const { main, classPath } = await toolClass(version, tool);
  const tools = running.get(version) ?? new JavaTools(version, classPath);
  running.set(version, tools);
  try {
    return await tools.run(main, args, input);
  } catch (error) {
    // The next tool gets a JVM of its own.
    if (running.get(version) === tools) running.delete(version);
    throw error;
  }
}

export async function endJavaTools() {
  for (const { process } of running.values()) {
    process.kill();
    await process.exit;
  }
}
