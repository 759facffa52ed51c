// The golden cases: one file a tool, one line a case.
import { compare } from '../../lib/golden.mjs';
import { consoleConsumer, consoleProducer } from './console.mjs';
import { consumerGroups } from './consumer-groups.mjs';
import { dumpLog } from './dump-log.mjs';
import { getOffsets } from './get-offsets.mjs';
import { topics } from './topics.mjs';

/** @type {import('../../lib/golden.mjs').Golden[]} */
const GOLDEN = [consoleConsumer, consoleProducer, ...consumerGroups, dumpLog, getOffsets, topics];

/** @returns {import('../../lib/cells.mjs').Cell[]} */
export const goldenCells = () =>
  GOLDEN.map((golden) => ({
    name: `golden / ${golden.name ?? golden.tool}`,
    check: (at) => compare(golden, at),
    uses: ['kafka 3.9', 'java-3.9'],
    suits: golden.suits,
  }));
