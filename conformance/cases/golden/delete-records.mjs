import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST, unanswered, WRONG } from './common.mjs';

/** Ottla deletes no records yet. @param {import('../../lib/targets.mjs').Target} target */
const suits = (target) => target.isKafka;

/** @type {import('../../lib/golden.mjs').Golden} */
export const deleteRecords = {
  tool: 'kafka-delete-records',
  world: async (at, name) => {
    const topic = `${name}-topic`;
    await at.target.createTopic(topic, 3);
    await at.produce('java-3.9', topic, { count: 60, partitions: 3 });
    const file = (label, text) => {
      const path = join(at.target.dir, `${name}-${label}.json`);
      writeFileSync(path, text);
      return path;
    };
    const place = (partition, offset) => ({ topic, partition, offset });
    return {
      offsets: file('offsets', JSON.stringify({ partitions: [place(0, 3), place(1, -1), place(2, 500)], version: 1 })),
      twice: file('twice', JSON.stringify({ partitions: [place(0, 3), place(0, 4)] })),
      broken: file('broken', '{"partitions":['),
      other: file('other', '{"x":1}'),
      newer: file('newer', '{"partitions":[],"version":2}'),
      partial: file('partial', `{"partitions":[{"topic":"${topic}"}]}`),
      list: file('list', '[1]'),
      noList: file('no-list', '{"partitions":{}}'),
      text: file('text', `{"partitions":[{"topic":"${topic}","partition":"0","offset":1}]}`),
      topic,
    };
  },
  cases: [
    ...FIRST,
    { args: '--offset-json-file x', bare: true },
    '',
    '--nope',
    '--offset-json-file $twice',
    '--offset-json-file $broken',
    '--offset-json-file $other',
    '--offset-json-file $newer',
    '--offset-json-file $partial',
    '--offset-json-file $list',
    '--offset-json-file $noList',
    '--offset-json-file $text',
    '--offset-json-file /no/such/file',
    '--offset-json-file $offsets --command-config /no/such/file',
    `--offset-json-file $offsets --command-config ${WRONG}`,
    { args: '--bootstrap-server nonsense --offset-json-file $offsets', bare: true },
    { ...unanswered('--offset-json-file $offsets'), sorted: true },
    { args: '--offset-json-file $offsets', sorted: true, suits },
    { args: '--offset-json-file $offsets', sorted: true, suits },
  ],
};
