// What survives: a kill, and a change of broker.
import { adopt } from '../adoption/adopt.mjs';
import { killedUnderLoad } from '../crash/killed-under-load.mjs';

/** The real Kafka takes some seconds to start, so it gets fewer rounds. @param {import('../lib/targets.mjs').Target} target */
const rounds = (target) => Number(process.env.ROUNDS ?? (target.isKafka ? 3 : 20));

/** @returns {import('../lib/cells.mjs').Cell[]} */
export const durabilityCells = () => [
  {
    name: 'crash / killed under idempotent load, nothing acknowledged is lost, doubled or moved',
    check: (at) => killedUnderLoad(at, rounds(at.target)),
    uses: ['kafka 3.9', 'java-3.9', 'java-4.3', 'confluent-kafka'],
    alone: true,
    limitMs: 600_000,
  },
  ...['kafka-3.9', 'kafka-3.9-kraft'].map((writer) => ({
    name: `adoption / a log directory of ${writer} is served`,
    check: (at) => adopt(at, writer),
    uses: ['kafka 3.9', 'java-3.9', 'java-4.3', 'confluent-kafka', 'kcat'],
    suits: (target) => target.kind === 'ottla' || target.kind === writer,
    limitMs: 300_000,
  })),
];
