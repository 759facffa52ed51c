// Files of the log directory that are not what they were when the broker starts.
import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTarget } from '../../conformance/lib/targets.mjs';
import { until } from '../../conformance/lib/wait.mjs';
import { batchesOf } from '../../conformance/lib/wire-batches.mjs';
import { goodBatch } from '../lib/batches.mjs';
import { BrokerLog } from '../lib/broker-log.mjs';
import { endOf, produce } from '../lib/exchange.mjs';

const RECORDS = 10;
const BATCH = goodBatch('x'.repeat(100)).length;
const SEGMENT = '00000000000000000000';
const REFUSES = 'refuses to start';
/** Its log directory fails once the partition gets its leader. */
const NOT_SERVED = 'starts without the partition';

/**
 * @typedef {object} Harm
 * @property {string} what
 * @property {(partition: string, dataDir: string) => void} harm done between the stop and the start
 * @property {boolean} [killed] the stop was none in order, so that the log is recovered
 * @property {number | typeof REFUSES} outcome records that are left, or that the broker does not start (RECORDS)
 * @property {number | typeof REFUSES | typeof NOT_SERVED} [kafka] where Kafka does otherwise
 * @property {RegExp} [because] what the log says of it
 */

/** @param {string} path @param {number} at */
function flip(path, at) {
  const bytes = readFileSync(path);
  bytes[at] ^= 0xff;
  writeFileSync(path, bytes);
}

const garbage = Buffer.alloc(4096, 'garbage ');
const log = (partition) => join(partition, `${SEGMENT}.log`);
const first = (partition, ending) => {
  const name = readdirSync(partition).find((each) => each.endsWith(ending));
  if (name === undefined) throw new Error(`there is no ${ending}`);
  return join(partition, name);
};

/** @type {Harm[]} */
const HARMS = [
  {
    what: 'an offset index of garbage',
    harm: (p) => writeFileSync(join(p, `${SEGMENT}.index`), garbage.subarray(0, 4001)),
    outcome: RECORDS,
    kafka: 0,
  },
  { what: 'no offset index', harm: (p) => rmSync(join(p, `${SEGMENT}.index`)), outcome: RECORDS },
  {
    what: 'a time index of garbage',
    harm: (p) => writeFileSync(join(p, `${SEGMENT}.timeindex`), garbage.subarray(0, 4001)),
    outcome: RECORDS,
  },
  { what: 'no time index', harm: (p) => rmSync(join(p, `${SEGMENT}.timeindex`)), outcome: RECORDS },
  {
    what: 'a producer snapshot of garbage',
    harm: (p) => writeFileSync(first(p, '.snapshot'), garbage),
    outcome: RECORDS,
  },
  { what: 'an empty producer snapshot', harm: (p) => writeFileSync(first(p, '.snapshot'), ''), outcome: RECORDS },
  {
    what: 'a leader epoch checkpoint of garbage',
    harm: (p) => writeFileSync(join(p, 'leader-epoch-checkpoint'), garbage),
    outcome: RECORDS,
    kafka: REFUSES,
    because: /leader epochs/i,
  },
  {
    what: 'a partition.metadata of garbage',
    harm: (p) => writeFileSync(join(p, 'partition.metadata'), garbage),
    outcome: REFUSES,
    because: /partition.metadata|partition metadata/i,
  },
  {
    what: 'a recovery point checkpoint of garbage',
    harm: (_, d) => writeFileSync(join(d, 'recovery-point-offset-checkpoint'), garbage),
    outcome: RECORDS,
    kafka: REFUSES,
  },
  {
    what: 'a high watermark checkpoint of garbage',
    harm: (_, d) => writeFileSync(join(d, 'replication-offset-checkpoint'), garbage),
    outcome: RECORDS,
    kafka: NOT_SERVED,
  },
  {
    what: 'a log start checkpoint of garbage',
    harm: (_, d) => writeFileSync(join(d, 'log-start-offset-checkpoint'), garbage),
    outcome: RECORDS,
    kafka: REFUSES,
  },
  {
    what: 'a meta.properties of garbage',
    harm: (_, d) => writeFileSync(join(d, 'meta.properties'), garbage),
    outcome: RECORDS,
  },
  {
    what: 'a meta.properties of another broker',
    harm: (_, d) =>
      writeFileSync(
        join(d, 'meta.properties'),
        readFileSync(join(d, 'meta.properties'), 'utf8').replace(/(broker|node)\.id=\d+/, '$1.id=7'),
      ),
    outcome: REFUSES,
    because: /broker.?id|7/i,
  },
  {
    what: 'a meta.properties of an unknown version',
    harm: (_, d) =>
      writeFileSync(
        join(d, 'meta.properties'),
        readFileSync(join(d, 'meta.properties'), 'utf8').replace(/version=\d+/, 'version=9'),
      ),
    outcome: REFUSES,
    because: /version/i,
  },
  {
    what: 'garbage behind the last batch, after a kill',
    killed: true,
    harm: (p) => appendFileSync(log(p), garbage),
    outcome: RECORDS,
  },
  {
    what: 'half of the last batch, after a kill',
    killed: true,
    harm: (p) => truncateSync(log(p), RECORDS * BATCH - 20),
    outcome: RECORDS - 1,
  },
  {
    what: 'a wrong byte in the sixth batch, after a kill',
    killed: true,
    harm: (p) => flip(log(p), 5 * BATCH + 80),
    outcome: 5,
  },
  { what: 'a segment of garbage, after a kill', killed: true, harm: (p) => writeFileSync(log(p), garbage), outcome: 0 },
  { what: 'an empty segment, after a kill', killed: true, harm: (p) => truncateSync(log(p), 0), outcome: 0 },
  {
    what: 'an index of garbage, after a kill',
    killed: true,
    harm: (p) => writeFileSync(join(p, `${SEGMENT}.index`), garbage.subarray(0, 4001)),
    outcome: RECORDS,
  },
  {
    what: 'a file that is none of ours in a partition',
    harm: (p) => writeFileSync(join(p, 'notes.txt'), garbage),
    outcome: RECORDS,
  },
  {
    what: 'a folder that is none of ours',
    harm: (_, d) => writeFileSync(join(d, 'lost+found-file'), garbage),
    outcome: RECORDS,
  },
];

/** @param {Harm} harm @returns {import('../lib/case.mjs').Case} */
const fileCase = ({ what, harm, killed = false, outcome, kafka, because }) => ({
  name: `files / ${what}`,
  own: true,
  limitMs: 120_000,
  check: (at) =>
    withTarget(at.target.kind, {}, async (target) => {
      await target.createTopic('c', 1);
      for (let round = 0; round < RECORDS; round++) await produce(target.port, 'c', goodBatch('x'.repeat(100)));
      if (killed) await target.kill();
      else await target.stop();
      harm(join(target.dataDir, 'c-0'), target.dataDir);
      const said = new BrokerLog(target);
      const expected = target.isKafka ? (kafka ?? outcome) : outcome;
      let got = await target.restart().then(
        () => 0,
        () => REFUSES,
      );
      if (target.isKafka) said.from = 0;
      if (got !== REFUSES) {
        const serves = () =>
          batchesOf(target.port, 'c', 0).then(
            () => true,
            () => false,
          );
        const isServed = await until('the partition', 30_000, serves, 200).catch(() => false);
        if (!isServed) got = NOT_SERVED;
      }
      if (got === 0) {
        got = Number(await endOf(target.port, 'c'));
        const read = (await batchesOf(target.port, 'c', 0)).reduce((sum, { count }) => sum + count, 0);
        if (read !== got) throw new Error(`the log ends at ${got} and has ${read} records`);
        if ((await produce(target.port, 'c', goodBatch())) !== 0) throw new Error('nothing can be written');
      }
      if (got !== expected) throw new Error(`${got} instead of ${expected}`);
      if (target.isKafka) return;
      const lines = said.lines();
      if (because && !lines.some((line) => because.test(line))) throw new Error(`the log does not say ${because}`);
      if (lines.some((line) => /^\s+at /.test(line)))
        throw new Error(`a stack trace:\n${said.troubles().slice(0, 6).join('\n')}`);
    }),
});

/** @type {import('../lib/case.mjs').Case[]} */
export const fileCases = HARMS.map(fileCase);
