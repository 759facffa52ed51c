// What the broker is held to beside Apache Kafka, by case and figure.
import { median, shown } from './table.mjs';

/** Larger is better for what is done in a second, of the clock or of the processor; smaller for all else. @param {string} figure */
export const largerIsBetter = (figure) => /\/(CPU-)?s( |$)/.test(figure);

/**
 * `gate` and `aim` are ours by the better Kafka, or with `absolute` our own value: at least so much for what is done in a
 * second, at most for all else. `beside`: only of these others.
 * @typedef {{ figure: string, gate: number, aim?: number, absolute?: boolean, beside?: string[] }} Aim
 */

const bulk = [
  { figure: 'produce MB/s', gate: 1, aim: 1.5 },
  { figure: 'produce CPU-s/GB', gate: 0.7, aim: 0.5 },
  { figure: 'fetch MB/s', gate: 0.9, aim: 1.1 },
  { figure: 'fetch CPU-s/GB', gate: 1.1, aim: 0.8 },
  { figure: 'RSS MB', gate: 150, absolute: true },
];
const smallBatches = [
  { figure: 'produce MB/s', gate: 2, aim: 3 },
  { figure: 'produce CPU-s/GB', gate: 0.5, aim: 0.35 },
  { figure: 'fetch MB/s', gate: 0.9, aim: 1.1 },
  { figure: 'fetch CPU-s/GB', gate: 1.1, aim: 0.8 },
];
const smallRequests = [
  { figure: 'requests/s', gate: 2, aim: 3 },
  { figure: 'CPU us/request', gate: 0.4, aim: 0.25 },
];

const PURE = ['kafkajs', 'platformatic'];
const clients = (gate) => [
  { figure: 'records/s', gate: 1, beside: ['confluent'] },
  { figure: 'records/CPU-s', gate, beside: PURE },
];

/** @type {Record<string, Aim[]>} */
export const AIMS = {
  start: [
    { figure: 'to first ack ms', gate: 300, absolute: true },
    { figure: 'idle RSS MB', gate: 80, absolute: true },
  ],
  'bulk 1 KB in 1 MB, 1 partition': bulk,
  'bulk 1 KB in 1 MB, 8 partitions, 4 connections': bulk,
  'bulk 1 KB in 1 MB, acks=all': bulk,
  'bulk 10 KB in 1 MB': bulk,
  'bulk 100 B in 1 MB': bulk,
  'bulk 1 KB in 16 KB': smallBatches,
  'bulk 100 B in 16 KB': smallBatches,
  'latency, idle': [{ figure: 'p99 us', gate: 0.5, aim: 0.5 }],
  'latency, beside 200 MB/s': [
    { figure: 'p99 us', gate: 0.5, aim: 0.5 },
    { figure: 'p99.9 us', gate: 1, aim: 0.5 },
  ],
  'calls, 8 connections': smallRequests,
  'calls, 8 connections of 16 in flight': smallRequests,
  'single records, 8 connections': smallRequests,
  'topic of 1,000 partitions': [{ figure: 'all usable ms', gate: 0.3 }],
  '5,000 idle connections': [{ figure: 'KB a connection', gate: 8, absolute: true }],
  'clients: 50 callers that await each record': [
    { figure: 'records/s', gate: 80_000, absolute: true },
    { figure: 'records/s', gate: 5, beside: PURE },
    { figure: 'records/s', gate: 1, beside: ['confluent'] },
  ],
  'clients: 1,000 callers that await each record': [{ figure: 'records/s', gate: 250_000, absolute: true }],
  'clients: bulk produce of 100 B records': [{ figure: 'records/s', gate: 1_000_000, absolute: true }, ...clients(3)],
  'clients: bulk consume of 100 B records': clients(3),
  'java producer, acks=1, linger 5': [{ figure: 'records/s', gate: 1, aim: 1.2 }],
  'java producer, acks=all, 256 KB batches': [{ figure: 'records/s', gate: 1, aim: 1.2 }],
  'java consumer': [{ figure: 'fetch MiB/s', gate: 1, aim: 1.2 }],
};

/**
 * Cells behind case and figure; undefined without rounds of ours.
 * @param {import('./kept.mjs').Rounds} rounds
 * @param {Aim} aim
 * @returns {string[] | undefined}
 */
export function verdict(rounds, { figure, gate, aim, absolute = false, beside }) {
  const isLarger = largerIsBetter(figure);
  const medians = Object.entries(rounds)
    .filter(([broker]) => broker === 'ottla' || beside === undefined || beside.includes(broker))
    .map(([broker, all]) => ({ broker, values: all.map((round) => round[figure]).filter(Number.isFinite) }))
    .filter(({ values }) => values.length > 0)
    .map(({ broker, values }) => ({ broker, value: median(values) }));
  const ours = medians.find(({ broker }) => broker === 'ottla')?.value;
  const others = medians.filter(({ broker }) => broker !== 'ottla').map(({ value }) => value);
  if (ours === undefined || (others.length === 0 && !absolute)) return undefined;
  const better = others.length === 0 ? Number.NaN : isLarger ? Math.max(...others) : Math.min(...others);
  const judged = absolute ? ours : ours / better;
  const holds = (limit) => (isLarger ? judged >= limit : judged <= limit);
  const limit = (value) => (value === undefined ? '' : `${isLarger ? '>=' : '<='} ${value}${absolute ? '' : 'x'}`);
  const met = !holds(gate) ? '**falls short of the gate**' : aim !== undefined && !holds(aim) ? 'gate met' : 'met';
  const text = (value) => (Number.isFinite(value) ? shown(value) : '-');
  return [
    text(ours),
    text(better),
    Number.isFinite(better) ? (ours / better).toFixed(2) : '-',
    limit(gate),
    limit(aim),
    met,
  ];
}
