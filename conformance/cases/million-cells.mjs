// A million records through Kafka's own tools, a group of two, a restart, and on from the commit.
import { expect } from '../lib/cells.mjs';
import { LineCounter } from '../lib/line-counter.mjs';
import { withTarget } from '../lib/targets.mjs';
import { until } from '../lib/wait.mjs';
import { toolCommand } from '../peers/tools.mjs';

const RECORDS = 1_000_000;

/** @returns {import('../lib/cells.mjs').Cell[]} */
export const millionCells = () =>
  ['3.9', '4.3'].map((version) => ({
    name: `tools ${version} / a million records, a group of two, a restart`,
    check: (at) => withTarget(at.target.kind, {}, (target) => million(at, version, target)),
    uses: [`kafka ${version}`],
    alone: true,
    limitMs: 300_000,
  }));

/**
 * @param {import('../lib/cells.mjs').Context} at
 * @param {string} version
 * @param {import('../lib/targets.mjs').Target} target
 */
async function million(at, version, target) {
  const topic = 'million';
  await at.tool(version, 'kafka-topics', ['--create', '--topic', topic, '--partitions', '4'], { target });

  const producerConfig = [
    version === '4.3' ? '--command-property' : '--producer-props',
    `bootstrap.servers=${target.bootstrap}`,
    'acks=all',
  ];
  const load = [
    '--topic',
    topic,
    '--num-records',
    String(RECORDS),
    '--record-size',
    '100',
    '--throughput',
    '-1',
    ...producerConfig,
  ];
  const produced = await at.tool(version, 'kafka-producer-perf-test', load, { target: null });
  const sum = /^1000000 records sent, ([\d.]+) records\/sec/.exec(produced.lines.at(-1) ?? '');
  expect(sum !== null, `kafka-producer-perf-test ended with ${produced.lines.at(-1)}`);
  at.note(`${Math.round(Number(sum?.[1]) / 1000)} k/s in,`);

  const ends = await at.tool(version, 'kafka-get-offsets', ['--topic', topic], { target });
  const end = ends.lines.reduce((total, line) => total + Number(line.split(':')[2]), 0);
  expect(end === RECORDS, `the end offsets add up to ${end}`);

  const messages = [version === '4.3' ? '--num-records' : '--messages', String(RECORDS)];
  const consumed = await at.tool(
    version,
    'kafka-consumer-perf-test',
    ['--topic', topic, ...messages, '--hide-header'],
    { target },
  );
  const columns =
    consumed.lines
      .filter((line) => /^\d{4}-/.test(line))
      .at(-1)
      ?.split(', ') ?? [];
  expect(Number(columns[4]) >= RECORDS, `kafka-consumer-perf-test ended with ${consumed.stdout.slice(-400)}`);
  at.note(`${Math.round(Number(columns[5]) / 1000)} k/s out`);

  const consoleConsumer = async (...more) => {
    const args = ['--bootstrap-server', target.bootstrap, '--topic', topic, '--group', 'pair', ...more];
    return new LineCounter(...(await toolCommand(version, 'kafka-console-consumer', args)));
  };
  const pair = [await consoleConsumer('--from-beginning'), await consoleConsumer('--from-beginning')];
  try {
    await until('the two console consumers read a million', 120_000, () => {
      for (const each of pair) if (each.ended) throw new Error(`a console consumer ended: ${each.complaint()}`);
      return pair[0].lines + pair[1].lines >= RECORDS;
    });
  } finally {
    for (const each of pair) each.stop();
    await Promise.all(pair.map((each) => each.exit));
  }
  expect(
    pair.every((each) => each.lines > 0),
    `one of them read nothing: ${pair.map((each) => each.lines)}`,
  );

  await target.stop();
  await target.restart();
  const lag = await at.tool(version, 'kafka-consumer-groups', ['--describe', '--group', 'pair'], { target });
  const rows = lag.lines.map((line) => line.trim().split(/\s+/)).filter((row) => row[0] === 'pair');
  expect(rows.length === 4 && rows.every((row) => row[5] === '0'), `the commits after the restart:\n${lag.stdout}`);
  const more = Array.from({ length: 500 }, (_, i) => `after the restart ${i}\n`).join('');
  await at.tool(version, 'kafka-console-producer', ['--topic', topic], { target, input: more });
  const rest = await at.tool(
    version,
    'kafka-console-consumer',
    ['--topic', topic, '--group', 'pair', '--max-messages', '500'],
    { target },
  );
  expect(
    rest.lines.length === 500 && rest.lines.every((line) => line.startsWith('after the restart ')),
    `read on with ${rest.lines[0]}`,
  );
  expect(new Set(rest.lines).size === 500, 'some were read twice');
}
