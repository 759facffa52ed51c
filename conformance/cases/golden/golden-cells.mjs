// The golden cases: one file a tool, one line a case.
import { compare } from '../../lib/golden.mjs';
import { brokers } from './brokers.mjs';
import { configs } from './configs.mjs';
import { consoleConsumer, consoleProducer } from './console.mjs';
import { consumerGroups } from './consumer-groups.mjs';
import { deleteRecords } from './delete-records.mjs';
import { dumpLog } from './dump-log.mjs';
import { getOffsets } from './get-offsets.mjs';
import { consumerPerf, producerPerf } from './perf.mjs';
import { topics } from './topics.mjs';
import { transactions } from './transactions.mjs';
import { verifiableConsumer, verifiableProducer } from './verifiable.mjs';

/** @type {import('../../lib/golden.mjs').Golden[]} */
const GOLDEN = [
  ...brokers,
  configs,
  consoleConsumer,
  consoleProducer,
  ...consumerGroups,
  consumerPerf,
  deleteRecords,
  dumpLog,
  getOffsets,
  producerPerf,
  topics,
  transactions,
  verifiableConsumer,
  verifiableProducer,
];

/** @returns {import('../../lib/cells.mjs').Cell[]} */
export const goldenCells = () =>
  GOLDEN.map((golden) => ({
    name: `golden / ${golden.name ?? golden.tool}`,
    check: (at) => compare(golden, at),
    uses: ['kafka 3.9', 'java-3.9'],
    suits: golden.suits,
  }));
