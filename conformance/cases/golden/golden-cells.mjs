// The golden cases: one file a tool, one line a case.
import { goldenCell } from '../../lib/golden.mjs';
import { brokers } from './brokers.mjs';
import { configs, configs4 } from './configs.mjs';
import { consoleConsumer, consoleConsumer4, consoleProducer, consoleProducer4 } from './console.mjs';
import { consumerGroups, consumerGroups4 } from './consumer-groups.mjs';
import { deleteRecords } from './delete-records.mjs';
import { dumpLog, dumpLog4 } from './dump-log.mjs';
import { getOffsets, getOffsets4 } from './get-offsets.mjs';
import { consumerPerf, consumerPerf4, producerPerf, producerPerf4 } from './perf.mjs';
import { topics } from './topics.mjs';
import { transactions, transactions4 } from './transactions.mjs';
import { verifiableConsumer, verifiableConsumer4, verifiableProducer, verifiableProducer4 } from './verifiable.mjs';

/** @type {import('../../lib/golden.mjs').Golden[]} */
const GOLDEN = [
  ...brokers,
  configs,
  configs4,
  consoleConsumer,
  consoleConsumer4,
  consoleProducer,
  consoleProducer4,
  ...consumerGroups,
  consumerGroups4,
  consumerPerf,
  consumerPerf4,
  deleteRecords,
  dumpLog,
  dumpLog4,
  getOffsets,
  getOffsets4,
  producerPerf,
  producerPerf4,
  topics,
  transactions,
  transactions4,
  verifiableConsumer,
  verifiableConsumer4,
  verifiableProducer,
  verifiableProducer4,
];

/** @returns {import('../../lib/cells.mjs').Cell[]} */
export const goldenCells = () => GOLDEN.map(goldenCell);
