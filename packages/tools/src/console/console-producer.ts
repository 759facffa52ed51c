/** kafka-console-producer.sh: lines of standard input to records. Kafka's ConsoleProducer of 3.9. */

import { fromProperties, type Kafka, KafkaError, type Producer } from '@ottla/client';
import { Logger } from '@ottla/platform';
import { bootstrapOf } from '../cli/bootstrap.ts';
import { JavaError, sendError } from '../cli/java-error.ts';
import { fileProperties, withKafka } from '../cli/kafka-client.ts';
import type { ParsedOptions } from '../cli/option-parser.ts';
import { parseProperties } from '../cli/property-pairs.ts';
import { type Tool, ToolError, type ToolIo } from '../cli/tool.ts';
import { LineReader, type LineRecord } from './line-reader.ts';
import { linesOf } from './lines.ts';
import { parseProducerOptions, producerProperties } from './producer-options.ts';

/** Records that are sent and not acknowledged; beyond, reading waits. */
const UNANSWERED_MAX = 50_000;
const LINE_READERS = ['org.apache.kafka.tools.LineMessageReader', 'kafka.tools.ConsoleProducer$LineMessageReader'];

export const consoleProducer: Tool = async (args, io) => {
  const options = parseProducerOptions(args, (text) => io.stdout.write(text));
  if (options === undefined) return 0;
  const readerClass = options.value('line-reader') ?? '';
  if (!LINE_READERS.includes(readerClass))
    throw new JavaError('java.lang.ClassNotFoundException', `${readerClass}; built in is ${LINE_READERS[0]}`);
  const reader = new LineReader(
    new Map([
      ...(await fileProperties(options.value('reader-config'))),
      ...parseProperties([...options.values('property'), ...options.values('reader-property')]),
    ]),
  );
  const properties = producerProperties(
    options,
    new Map([
      ...(await fileProperties(options.value('producer.config') ?? options.value('command-config'))),
      ...parseProperties([...options.values('producer-property'), ...options.values('command-property')]),
    ]),
  );
  const bootstrap = bootstrapOf(options);
  return withKafka({ bootstrap, properties, kind: 'Producer', endsItself: true }, io, async (kafka, all) => {
    await new LineProducer(kafka, kafka.producer(fromProperties(all).producer), options, all).run(reader, io);
    return 0;
  });
};

class LineProducer {
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #isSync: boolean;
  readonly #properties: ReadonlyMap<string, string>;
  readonly #log: Logger;
  #unanswered = 0;
  #roomMade: (() => void) | undefined;

  constructor(kafka: Kafka, producer: Producer, options: ParsedOptions, properties: ReadonlyMap<string, string>) {
    this.#producer = producer;
    this.#topic = options.value('topic') ?? '';
    this.#isSync = options.has('sync');
    this.#properties = properties;
    this.#log = new Logger(
      kafka.cluster.platform.log,
      'org.apache.kafka.clients.producer.internals.ErrorLoggingCallback',
    );
  }

  async run(reader: LineReader, io: ToolIo): Promise<void> {
    // Whoever interrupts ends the input; what was typed is sent.
    const end = (): void => void io.stdin.destroy();
    io.signal.addEventListener('abort', end, { once: true });
    const prompt = (): void => void (io.interactive && io.stdout.write('>'));
    try {
      prompt();
      for await (const lines of linesOf(io.stdin)) {
        for (const line of lines) {
          const record = reader.read(line);
          if (this.#isSync) await this.#producer.send(this.#topic, record);
          else this.#send(record);
          prompt();
        }
        while (this.#unanswered > UNANSWERED_MAX) {
          await new Promise<void>((resolve) => {
            this.#roomMade = resolve;
          });
        }
      }
    } catch (error) {
      if (io.signal.aborted) return;
      const known = sendError(error, this.#topic, this.#properties);
      // Java waits for it as for any future.
      throw known?.kafka === undefined ? error : new ToolError(`java.util.concurrent.ExecutionException: ${known}`);
    } finally {
      io.signal.removeEventListener('abort', end);
      await this.#producer.close();
    }
  }

  #send(record: LineRecord): void {
    this.#unanswered++;
    this.#producer.send(this.#topic, record).then(
      () => this.#answered(),
      (error: unknown) => {
        this.#tellLost(record, error);
        this.#answered();
      },
    );
  }

  #answered(): void {
    this.#unanswered--;
    if (this.#unanswered > UNANSWERED_MAX / 2) return;
    this.#roomMade?.();
    this.#roomMade = undefined;
  }

  #tellLost({ key, value }: LineRecord, error: unknown): void {
    const size = (text: string | null): string => (text === null ? 'null' : `${Buffer.byteLength(text)} bytes`);
    const failure = KafkaError.from(error);
    this.#log.error(
      `Error when sending message to topic ${this.#topic} with key: ${size(key)}, value: ${size(value)} with error:`,
      `${sendError(failure, this.#topic, this.#properties) ?? failure}`,
    );
  }
}
