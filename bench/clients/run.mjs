// The client beside other JavaScript clients, on this repository's broker, each library and case in a process of its own.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../conformance/lib/processes.mjs';
import { nodeClient } from '../../conformance/lib/setup-node.mjs';
import { Target } from '../../conformance/lib/targets.mjs';
import { table } from '../table.mjs';

export const LIBRARIES = ['kafkajs', 'platformatic', 'confluent', 'ottla'];

const RECORDS = 1_000_000;

/** What `program.mjs` is asked for, by the name of the case. @type {Record<string, string>} */
export const CLIENT_CASES = {
  'clients: 50 callers that await each record': 'callers=50',
  'clients: 1,000 callers that await each record': 'callers=1000',
  'clients: bulk produce of 100 B records': `produce=${RECORDS}`,
  'clients: bulk consume of 100 B records': `consume=${RECORDS}`,
};

const program = join(dirname(fileURLToPath(import.meta.url)), 'program.mjs');

/**
 * @param {{ cases: RegExp, rounds: number, broker: string }} options
 * @returns {Promise<Record<string, Record<string, Record<string, number>[]>>>} figures by case, library and round
 */
export async function measureClients({ cases, rounds, broker }) {
  const modules = await nodeClient('native');
  const target = new Target(broker, { set: { 'log.segment.delete.delay.ms': '500' } });
  await target.start();
  const ask = async (library, what, topic) => {
    const args = [program, library, what, target.bootstrap, topic, modules];
    const { stdout } = await must(process.execPath, args, { limitMs: 180_000 });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };
  const results = {};
  try {
    for (const [name, what] of Object.entries(CLIENT_CASES).filter(([each]) => cases.test(each))) {
      results[name] = Object.fromEntries(LIBRARIES.map((library) => [library, []]));
      for (let round = 0; round < rounds; round++) {
        const filled = `filled-${what.replace('=', '-')}-${round}`;
        if (what.startsWith('consume')) {
          await target.createTopic(filled, 1);
          await ask('ottla', `produce=${RECORDS}`, filled);
        }
        for (const library of LIBRARIES) {
          const own = `${library}-${what.replace('=', '-')}-${round}`;
          const topic = what.startsWith('consume') ? filled : own;
          if (topic === own) await target.createTopic(own, 1);
          try {
            results[name][library].push(await ask(library, what, topic));
          } catch (error) {
            console.error(`${name}, ${library}: ${error.message}`);
          }
          if (topic === own) await target.deleteTopic(own);
        }
        if (what.startsWith('consume')) await target.deleteTopic(filled);
      }
      console.log(table(name, LIBRARIES, results[name]));
    }
  } finally {
    await target.remove();
  }
  return results;
}
