// One case of one library, in a process of its own: `program.mjs LIBRARY CASE BOOTSTRAP TOPIC MODULES`. Prints its figures as JSON.
import { LIBRARIES } from './libraries.mjs';

const [name, what, bootstrap, topic, modules] = process.argv.slice(2);
const library = await LIBRARIES[name]({ bootstrap, topic, modules });
const value = Buffer.alloc(100, 'x');

/** @param {() => Promise<number>} body resolves with how many records @returns {Promise<Record<string, number>>} */
async function measured(body) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const records = await body();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { 'records/s': records / seconds, 'records/CPU-s': (records / (user + system)) * 1e6 };
}

/** @param {number} callers @param {number} seconds */
async function awaited(callers, seconds) {
  const until = performance.now() + seconds * 1000;
  let sent = 0;
  const caller = async () => {
    while (performance.now() < until) {
      await library.send(value);
      sent++;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return sent;
}

const CASES = {
  callers: async (count) => {
    await awaited(count, 1);
    return measured(() => awaited(count, 4));
  },
  produce: async (count) => {
    await library.bulk(value, count / 10);
    return measured(async () => {
      await library.bulk(value, count);
      return count;
    });
  },
  consume: (count) =>
    measured(async () => {
      const bytes = await library.read(count);
      if (bytes < count * value.length) throw new Error(`${bytes} bytes read of ${count} records`);
      return count;
    }),
};

await library.open();
const [kind, count] = what.split('=');
const figures = await CASES[kind](Number(count));
figures['RSS MB'] = process.memoryUsage.rss() / 2 ** 20;
await library.close();
console.log(JSON.stringify(figures));
process.exit(0);
