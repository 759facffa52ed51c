/** kafka-consumer-perf-test.sh: how much a consumer reads, and how fast. Kafka's ConsumerPerformance of 3.9. */
import { type Consumer, fromProperties, type Kafka } from '@ottla/client';
import type { Clock } from '@ottla/platform';
import { withKafka } from '../cli/kafka-client.ts';
import type { Tool, ToolIo } from '../cli/tool.ts';
import { parseConsumerPerfOptions, type ReadingPlan, readingPlan } from './consumer-options.ts';
import { metricsTable } from './metrics-table.ts';
import { ReadingStats } from './reading-stats.ts';

const POLL_MS = 100;
const FIGURES =
  'data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec';
const IGNORED = ['threads', 'num-fetch-threads'];

export const consumerPerfTest: Tool = async (args, io) => {
  const print = (text: string): void => void io.stdout.write(text);
  const options = parseConsumerPerfOptions(args, print);
  if (options === undefined) return 0;
  if (IGNORED.some((name) => options.has(name)))
    print('WARNING: option [threads] and [num-fetch-threads] have been deprecated and will be ignored by the test\n');
  if (!options.has('hide-header'))
    print(`${options.has('show-detailed-stats') ? 'time, threadId' : 'start.time, end.time'}, ${FIGURES}\n`);
  const plan = await readingPlan(options);
  const { bootstrap, properties } = plan;
  return withKafka({ bootstrap, properties, kind: 'Consumer' }, io, async (kafka, all) => {
    await new ReadingTest(kafka, plan, io).run(all);
    return 0;
  });
};

class ReadingTest {
  readonly #kafka: Kafka;
  readonly #plan: ReadingPlan;
  readonly #io: ToolIo;
  readonly #clock: Clock;
  readonly #stats: ReadingStats;

  constructor(kafka: Kafka, plan: ReadingPlan, io: ToolIo) {
    this.#kafka = kafka;
    this.#plan = plan;
    this.#io = io;
    this.#clock = kafka.cluster.clock;
    this.#stats = new ReadingStats(this.#clock.wallMs(), plan.timeText);
  }

  async run(properties: ReadonlyMap<string, string>): Promise<void> {
    const { isDetailed, printsMetrics, topics } = this.#plan;
    const stats = this.#stats;
    const consumer = this.#kafka.consumer({
      ...fromProperties(properties).consumer,
      onAssigned: () => stats.joined(this.#clock.wallMs()),
      onRevoked: () => stats.joining(this.#clock.wallMs()),
    });
    if (typeof topics === 'string') consumer.subscribe(topics);
    else consumer.subscribe(topics);
    await this.#read(consumer);
    const endMs = this.#clock.wallMs();
    const metrics = printsMetrics ? consumer.metrics() : [];
    await consumer.close();
    if (!isDetailed) this.#print(stats.summary(endMs));
    if (printsMetrics) this.#print(metricsTable(metrics));
  }

  /** Until all is read, or nothing comes any more. */
  async #read(consumer: Consumer): Promise<void> {
    const { records: wanted, recordsName, timeoutMs, reportingMs, isDetailed } = this.#plan;
    const { signal } = this.#io;
    const stats = this.#stats;
    let nowMs = this.#clock.wallMs();
    let lastMs = nowMs;
    while (stats.records < wanted && nowMs - lastMs <= timeoutMs) {
      const records = await consumer.poll({ timeout: POLL_MS, signal });
      nowMs = this.#clock.wallMs();
      if (records.length > 0) lastMs = nowMs;
      for (const { key, value } of records) {
        stats.count((key?.length ?? 0) + (value?.length ?? 0));
        if (nowMs - stats.reportedMs < reportingMs) continue;
        const line = stats.progress(nowMs);
        if (isDetailed) this.#print(line);
      }
    }
    if (stats.records < wanted)
      this.#print(
        `WARNING: Exiting before consuming the expected number of ${recordsName}: timeout (${timeoutMs} ms) exceeded. You can use the --timeout option to increase the timeout.\n`,
      );
  }

  #print(text: string): void {
    this.#io.stdout.write(text);
  }
}
