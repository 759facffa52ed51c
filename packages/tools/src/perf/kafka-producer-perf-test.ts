/** kafka-producer-perf-test.sh: how much a producer sends, and how fast. Kafka's ProducerPerformance of 3.9. */
import {
  type AppendListener,
  fromProperties,
  type Kafka,
  KafkaError,
  type Producer,
  type Transaction,
} from '@ottla/client';
import type { Clock } from '@ottla/platform';
import { sendError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import type { Tool, ToolIo } from '../cli/tool.ts';
import { metricsTable } from './metrics-table.ts';
import { Pace } from './pace.ts';
import { chosenPayloads, countingPayloads, letterPayloads, type Payloads, readPayloads } from './payloads.ts';
import { type SendingPlan, sendingPlan } from './producer-options.ts';
import { SendingStats } from './sending-stats.ts';

export const producerPerfTest: Tool = async (args, io) => {
  const plan = await sendingPlan(args, (text) => io.stdout.write(text));
  if ('help' in plan) {
    io.stdout.write(plan.help);
    return plan.exitCode;
  }
  const payloads = await payloadsOf(plan, io);
  const { bootstrap, properties } = plan;
  return withKafka({ bootstrap, properties, kind: 'Producer' }, io, async (kafka, all) => {
    const producer = kafka.producer(fromProperties(all).producer);
    await new SendingTest(kafka, producer, plan, io).run(payloads);
    await producer.close();
    return 0;
  });
};

async function payloadsOf({ payload }: SendingPlan, { stdout }: ToolIo): Promise<Payloads> {
  if ('size' in payload) return letterPayloads(payload.size);
  if ('isCounting' in payload) return countingPayloads();
  return chosenPayloads(await readPayloads(payload, (text) => stdout.write(text)), Math.random);
}

class SendingTest {
  readonly #plan: SendingPlan;
  readonly #producer: Producer;
  readonly #io: ToolIo;
  readonly #clock: Clock;
  #transaction: Transaction | undefined;
  #transactionBeganMs = 0;

  constructor(kafka: Kafka, producer: Producer, plan: SendingPlan, io: ToolIo) {
    this.#plan = plan;
    this.#producer = producer;
    this.#io = io;
    this.#clock = kafka.cluster.clock;
  }

  async run(payloads: Payloads): Promise<void> {
    const { records, warmupRecords, reportingMs, printsMetrics } = this.#plan;
    const print = (text: string): void => void this.#io.stdout.write(text);
    // The first one also finds the coordinator and gets a producer id: that is no part of the test.
    await this.#beginTransaction();
    if (warmupRecords > 0)
      print(
        `Warmup first ${warmupRecords} records. Steady state results will print after the complete test summary.\n`,
      );
    const all = new SendingStats(records, reportingMs, this.#nowMs(), print);
    const pace = new Pace(this.#clock, this.#plan.throughput, this.#io.signal);
    await this.#send(payloads, pace, 0, warmupRecords, new Answers(this.#plan, [all], () => this.#nowMs(), this.#io));
    const stats = [all];
    if (warmupRecords > 0) {
      all.isSilent = true;
      stats.push(new SendingStats(records - warmupRecords, reportingMs, this.#nowMs(), print, 'In steady state.\n'));
    }
    await this.#send(
      payloads,
      pace,
      warmupRecords,
      records,
      new Answers(this.#plan, stats, () => this.#nowMs(), this.#io),
    );
    await this.#commit();
    await this.#producer.flush();
    const [, steady] = stats;
    print(all.summary(this.#nowMs(), 'records'));
    if (steady !== undefined) print(steady.summary(this.#nowMs(), 'steady state records'));
    if (printsMetrics) print(metricsTable(this.#producer.metrics()));
  }

  /** Sends the records from `first` up to `end`. Rejects when the tool is interrupted, or a transaction cannot go on. */
  async #send(payloads: Payloads, pace: Pace, first: number, end: number, answers: Answers): Promise<void> {
    const { topic, transactionMs } = this.#plan;
    for (let index = first; index < end; index++) {
      if (transactionMs > 0 && this.#transaction === undefined) await this.#beginTransaction();
      const value = payloads();
      const listener = answers.of(value.length);
      const sentMs = this.#nowMs();
      let hasRoom = true;
      try {
        hasRoom = this.#producer.append(topic, { value }, listener, sentMs);
      } catch (error) {
        if (this.#io.signal.aborted) throw error;
        listener.settled(sentMs, KafkaError.from(error));
      }
      if (!hasRoom) await this.#producer.ready();
      if (transactionMs > 0 && sentMs - this.#transactionBeganMs >= transactionMs) await this.#commit();
      if (pace.isDue(index)) await pace.rest(index);
    }
  }

  async #beginTransaction(): Promise<void> {
    if (this.#plan.transactionMs === 0) return;
    this.#transaction = await this.#producer.beginTransaction();
    this.#transactionBeganMs = this.#nowMs();
  }

  async #commit(): Promise<void> {
    await this.#transaction?.commit();
    this.#transaction = undefined;
  }

  /** Whole ms, as Java measures. */
  #nowMs(): number {
    return Math.floor(this.#clock.monotonicMs());
  }
}

interface Answer extends AppendListener {
  settled(sentMs: number, error: KafkaError | undefined): void;
}

/** Counts what was acknowledged and shows what was lost. */
class Answers {
  readonly #plan: SendingPlan;
  readonly #stats: readonly SendingStats[];
  readonly #nowMs: () => number;
  readonly #io: ToolIo;
  readonly #bySize = new Map<number, Answer>();

  constructor(plan: SendingPlan, stats: readonly SendingStats[], nowMs: () => number, io: ToolIo) {
    this.#plan = plan;
    this.#stats = stats;
    this.#nowMs = nowMs;
    this.#io = io;
  }

  /** Of records with so many bytes; their token is when they were sent. */
  of(bytes: number): Answer {
    let answer = this.#bySize.get(bytes);
    if (answer === undefined) {
      answer = { settled: (sentMs, error) => this.#settled(bytes, sentMs, error) };
      this.#bySize.set(bytes, answer);
    }
    return answer;
  }

  #settled(bytes: number, sentMs: number, error: KafkaError | undefined): void {
    if (error !== undefined) {
      const { topic, properties } = this.#plan;
      this.#io.stderr.write(`${sendError(error, topic, properties) ?? error}\n`);
      return;
    }
    const nowMs = this.#nowMs();
    for (const stats of this.#stats) stats.record(nowMs - sentMs, bytes, nowMs);
  }
}
