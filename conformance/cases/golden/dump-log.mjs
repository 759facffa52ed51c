import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDir } from '../../lib/places.mjs';
import { bare } from './common.mjs';

const files = join(repositoryDir, 'packages/tools/fixtures/log-files');

/** The files of a partition in a log directory that end so, as the tool takes them. */
function filesOf(directory, ending) {
  const names = readdirSync(directory).filter((name) => name.endsWith(ending));
  return names.map((name) => join(directory, name)).join(',');
}

const topics = ['__consumer_offsets-0', '__consumer_offsets-1', '__transaction_state-1', 'codecs-0', 'txn-0', 'odd-0'];
const all = (ending) => topics.map((topic) => filesOf(join(files, topic), ending)).join(',');

/** @type {import('../../lib/golden.mjs').Golden} */
export const dumpLog = {
  tool: 'kafka-dump-log',
  shared: true,
  world: async (at, name) => {
    await at.target.createTopic(name, 1);
    await at.produce('java-3.9', name, { count: 200 });
    const live = join(at.target.dir, name);
    cpSync(join(at.target.dataDir, `${name}-0`), live, { recursive: true });
    return {
      files,
      live: join(live, '00000000000000000000'),
      logs: all('.log'),
      indexes: `${all('.index')},${all('.timeindex')}`,
      snapshots: topics
        .map((topic) => filesOf(join(files, topic), '.snapshot'))
        .filter((found) => found !== '')
        .join(','),
    };
  },
  cases: [
    '',
    '--help',
    '--version',
    '--print-data-log',
    '--nonsense',
    '--files',
    '--files $logs',
    '--files /no/such/00000000000000000000.log',
    '--files $logs --deep-iteration',
    '--files $logs --print-data-log',
    '--files $logs --print-data-log --skip-record-metadata',
    '--files $logs --max-bytes 700',
    '--files $live.log --print-data-log',
    '--files $live.index,$live.timeindex',
    '--files $indexes',
    '--files $indexes --index-sanity-check',
    '--files $indexes --verify-index-only',
    '--files $snapshots,$files/txn-0/00000000000000000002.txnindex',
    '--offsets-decoder --files $files/__consumer_offsets-0/00000000000000000000.log',
    '--offsets-decoder --files $files/__consumer_offsets-1/00000000000000000000.log',
    '--offsets-decoder --files $files/codecs-0/00000000000000000063.log',
    '--transaction-log-decoder --files $files/__transaction_state-1/00000000000000000000.log',
    '--cluster-metadata-decoder --files $files/__cluster_metadata-0/00000000000000000000.log',
    '--cluster-metadata-decoder --files $files/__cluster_metadata-0/bootstrap.checkpoint',
    '--cluster-metadata-decoder --files $files/odd-0/00000000000000000002.log',
    '--key-decoder-class kafka.serializer.StringDecoder --files $files/odd-0/00000000000000000002.log',
    '--key-decoder-class --files $files/odd-0/00000000000000000002.log',
    '--key-decoder-class org.apache.kafka.tools.api.IntegerDecoder --files $files/odd-0/00000000000000000002.log',
    '--print-data-log --files $files/legacy-0/00000000000000000000.log',
    '--files $files/cut-0/00000000000000000063.log',
    '--files $files/zeros-0/00000000000000000063.log',
    '--deep-iteration --files $files/damaged-0/00000000000000000063.log',
    '--files $files/wrong-index-0/00000000000000000016.index,$files/wrong-index-0/00000000000000000016.timeindex',
    '--files $files/wrong-index-0/00000000000000000031.snapshot,$files/README.md',
  ].map((args) => bare(args)),
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const dumpLog4 = {
  ...dumpLog,
  version: '4.3',
  cases: [
    '--share-group-state-decoder',
    '--help',
    '--share-group-state-decoder --files $files/codecs-0/00000000000000000063.log',
    '--share-group-state-decoder --files /no/such/00000000000000000000.log',
  ].map((args) => bare(args)),
};
