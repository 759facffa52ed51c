/** kafka-console-consumer.sh: records to lines of standard output. Kafka's ConsoleConsumer of 3.9. */
import { type Consumer, fromProperties, type Kafka, KafkaError, type UntypedRecord } from '@ottla/client';
import { Logger } from '@ottla/platform';
import { JavaError, javaError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { signalExitCode, type Tool, type ToolIo } from '../cli/tool.ts';
import { ByteOutput } from './byte-output.ts';
import { type ConsumerPlan, consumerPlan } from './consumer-options.ts';
import { TopicReader } from './topic-reader.ts';

const LOGGER = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
/** Of ConsoleConsumer in 4.3. */
const PROTOCOL_HINT =
  'The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it out. ' +
  'See https://kafka.apache.org/documentation/#consumer_rebalance_protocol\n';
/** A poll without --timeout-ms; it is repeated. */
const POLL_MS = 3_600_000;

export const consoleConsumer: Tool = async (args, io) => {
  const plan = await consumerPlan(
    args,
    (text) => io.stdout.write(text),
    (text) => io.stderr.write(text),
  );
  if (plan === undefined) return 0;
  const { bootstrap, properties } = plan;
  return withKafka({ bootstrap, properties, kind: 'Consumer', endsItself: true }, io, async (kafka, all) => {
    if (plan.hintsAtProtocol) io.stderr.write(PROTOCOL_HINT);
    const run = new ConsoleConsumer(kafka, all, plan, io);
    return run.run();
  });
};

class ConsoleConsumer {
  readonly #kafka: Kafka;
  readonly #plan: ConsumerPlan;
  readonly #io: ToolIo;
  readonly #log: Logger;
  readonly #properties: ReadonlyMap<string, string>;
  readonly #output: ByteOutput;
  /** The next offset of each partition, of what was printed. */
  readonly #positions = new Map<string, { topic: string; partition: number; offset: number }>();
  #count = 0;

  constructor(kafka: Kafka, properties: ReadonlyMap<string, string>, plan: ConsumerPlan, io: ToolIo) {
    this.#kafka = kafka;
    this.#properties = properties;
    this.#plan = plan;
    this.#io = io;
    this.#log = new Logger(kafka.cluster.platform.log, LOGGER);
    this.#output = new ByteOutput(io.stdout);
  }

  async run(): Promise<number> {
    const { signal, stderr, stdout } = this.#io;
    let code = 0;
    try {
      await this.#read();
    } catch (error) {
      if (!signal.aborted) {
        this.#log.error('Unknown error when running consumer: ', textOf(error));
        code = 1;
      }
    }
    await this.#output.flush(signal);
    if (signal.reason === 'EPIPE') stderr.write('Unable to write to standard out, closing consumer.\n');
    else if (signal.aborted) code = signalExitCode(signal);
    stderr.write(`Processed a total of ${this.#count} messages\n`);
    if (this.#plan.tellsEvents) stdout.write('shutdown_complete\n');
    return code;
  }

  async #read(): Promise<void> {
    const { topics, partition, offset } = this.#plan;
    const { consumer: options } = fromProperties(this.#properties);
    const consumer = this.#kafka.consumer(options);
    const hasGroup = options.group !== undefined;
    const reader = new TopicReader(this.#kafka, consumer, this.#plan);
    try {
      if (partition !== undefined && typeof topics === 'string') {
        const place = { topic: topics, partition };
        consumer.assign([typeof offset === 'number' ? { ...place, offset } : place]);
        if (offset === 'earliest') consumer.seekToBeginning(place);
        if (offset === 'latest') consumer.seekToEnd(place);
      } else if (!hasGroup) {
        const isStarted = await this.#receive(async () => {
          await reader.start(this.#io.signal);
          return true;
        });
        if (isStarted === undefined) return;
      } else if (typeof topics === 'string') consumer.subscribe(topics);
      else consumer.subscribe(topics);
      await this.#print(consumer);
    } finally {
      reader.stop();
      if (hasGroup && options.autoCommit !== false) await this.#commit(consumer);
      await consumer.close();
    }
  }

  /** What was printed, not all that was polled. */
  async #commit(consumer: Consumer): Promise<void> {
    if (this.#positions.size === 0) return;
    for (const place of this.#positions.values()) {
      const position = consumer.position(place);
      if (position !== undefined && position > place.offset) consumer.seek(place, place.offset);
    }
    await consumer.commit().catch((error: unknown) => this.#log.warn('The offsets could not be committed', error));
  }

  async #print(consumer: Consumer): Promise<void> {
    const { maxMessages, timeoutMs } = this.#plan;
    const { signal } = this.#io;
    while (this.#count < maxMessages && !signal.aborted) {
      const records = await this.#receive(() => consumer.poll({ timeout: timeoutMs ?? POLL_MS, signal }));
      if (records === undefined) return;
      if (records.length === 0 && timeoutMs !== undefined) return this.#tellEnd(TIMEOUT);
      for (const record of records) {
        if (this.#count >= maxMessages) break;
        this.#count++;
        this.#format(record);
        const { topic, partition, offset } = record;
        this.#positions.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1 });
      }
      await this.#output.flush(signal);
    }
  }

  /** Undefined: it failed. Java tells why, and ends as if all were well. */
  async #receive<T>(receive: () => Promise<T>): Promise<T | undefined> {
    try {
      return await receive();
    } catch (error) {
      if (!this.#io.signal.aborted) await this.#tellEnd(this.#whyOf(error));
      return undefined;
    }
  }

  #whyOf(error: unknown): unknown {
    const { topics } = this.#plan;
    const isInvalid = error instanceof KafkaError && error.code === 'INVALID_TOPIC_EXCEPTION';
    return isInvalid && typeof topics === 'string' ? `${INVALID_TOPIC}: Invalid topics: [${topics}]` : textOf(error);
  }

  async #tellEnd(why: unknown): Promise<void> {
    this.#log.error('Error processing message, terminating consumer process: ', why);
    // The log writes at the end of the turn, and this comes before the count.
    await new Promise(setImmediate);
  }

  #format(record: UntypedRecord): void {
    const before = this.#output.length;
    try {
      this.#plan.formatter.write(record, this.#output);
    } catch (error) {
      if (!this.#plan.skipsErrors) throw error;
      this.#output.cutBack(before);
      this.#log.error('Error processing message, skipping this message: ', textOf(error));
    }
  }
}

const INVALID_TOPIC = 'org.apache.kafka.common.errors.InvalidTopicException';
const TIMEOUT = 'org.apache.kafka.common.errors.TimeoutException';

function textOf(error: unknown): unknown {
  const known = error instanceof JavaError ? error : error instanceof KafkaError ? javaError(error) : undefined;
  return known === undefined ? error : `${known}`;
}
