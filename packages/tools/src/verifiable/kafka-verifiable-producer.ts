/** kafka-verifiable-producer.sh: sends numbers and tells of each what became of it. Kafka's VerifiableProducer of 3.9. */

import { type AppendListener, fromProperties, KafkaError, type Producer } from '@ottla/client';
import type { Clock } from '@ottla/platform';
import { JavaDouble } from '@ottla/protocol/json';
import { ArgumentParser } from '../cli/argument-parser.ts';
import type { ParsedArguments } from '../cli/arguments.ts';
import { bootstrapOf } from '../cli/bootstrap.ts';
import { sendError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { signalExitCode, type Tool, type ToolIo } from '../cli/tool.ts';
import { Pace } from '../perf/pace.ts';
import { BROKER_ARGUMENTS, BROKER_GROUP, configFileOf, FILE } from './common.ts';
import { Events } from './events.ts';

const INTEGER = { type: 'Integer' } as const;

const parser = new ArgumentParser({
  name: 'verifiable-producer',
  purpose: 'Sends the numbers from 0 on to a topic and tells in a line of JSON what became of each.',
  arguments: [
    { name: 'topic', required: true, description: 'The topic to write to.' },
    { name: 'max-messages', ...INTEGER, defaultsTo: '-1', description: 'How many records to send; -1 for no end.' },
    {
      name: 'throughput',
      ...INTEGER,
      defaultsTo: '-1',
      description: 'Records to send in a second, about; -1 for no limit.',
    },
    {
      name: 'acks',
      ...INTEGER,
      choices: ['0', '1', '-1'],
      defaultsTo: '-1',
      description: 'The acknowledgements asked for.',
    },
    { name: 'producer.config', ...FILE, description: 'A file of settings of the producer.' },
    { name: 'command-config', ...FILE, description: 'The same, as Kafka 4.2 spells it.' },
    {
      name: 'message-create-time',
      metavar: 'CREATETIME',
      type: 'Long',
      defaultsTo: '-1',
      description: 'The timestamp of the first record, ms since 1970; later ones follow as time goes by.',
    },
    { name: 'value-prefix', ...INTEGER, description: 'Stands before each number, with a dot in between.' },
    { name: 'repeating-keys', ...INTEGER, description: 'Keys are 0, 1 and so on up to this, and then 0 again.' },
    ...BROKER_ARGUMENTS,
  ],
  groups: [BROKER_GROUP],
});

export const verifiableProducer: Tool = async (args, io) => {
  const parsed = parser.parse(args);
  if ('help' in parsed) {
    io.stdout.write(parsed.help);
    return parsed.exitCode;
  }
  // What a file says is stronger than these.
  const properties = new Map([
    ['client.id', 'producer-1'],
    ['acks', parsed.value('acks') ?? ''],
    ['retries', '0'],
    ...(await configFileOf(parser, parsed, 'producer.config')),
  ]);
  return withKafka(
    { bootstrap: bootstrapOf(parsed), properties, kind: 'Producer', endsItself: true },
    io,
    async (kafka, all) => {
      const producer = kafka.producer(fromProperties(all).producer);
      await new NumberSender(kafka.cluster.clock, producer, parsed, all, io).run();
      return signalExitCode(io.signal);
    },
  );
};

class NumberSender implements AppendListener {
  readonly #clock: Clock;
  readonly #producer: Producer;
  readonly #args: ParsedArguments;
  readonly #properties: ReadonlyMap<string, string>;
  readonly #io: ToolIo;
  readonly #events: Events;
  #sent = 0;
  #acked = 0;

  constructor(
    clock: Clock,
    producer: Producer,
    args: ParsedArguments,
    properties: ReadonlyMap<string, string>,
    io: ToolIo,
  ) {
    this.#clock = clock;
    this.#producer = producer;
    this.#args = args;
    this.#properties = properties;
    this.#io = io;
    this.#events = new Events(clock, io.stdout);
  }

  async run(): Promise<void> {
    const beganMs = this.#clock.wallMs();
    this.#events.tell('startup_complete');
    try {
      await this.#send(beganMs);
    } catch (error) {
      if (!this.#io.signal.aborted) throw error;
    }
    await this.#producer.close();
    this.#events.tell('shutdown_complete');
    const elapsedMs = this.#clock.wallMs() - beganMs;
    this.#events.tell('tool_data', {
      sent: this.#sent,
      acked: this.#acked,
      target_throughput: this.#args.number('throughput'),
      avg_throughput: new JavaDouble(1000 * (this.#acked / elapsedMs)),
    });
    this.#events.flush();
  }

  async #send(beganMs: number): Promise<void> {
    const { signal } = this.#io;
    const topic = this.#args.value('topic') ?? '';
    const limit = this.#args.number('max-messages') ?? -1;
    const pace = new Pace(this.#clock, this.#args.number('throughput') ?? -1, signal);
    let timestamp = this.#args.number('message-create-time') ?? -1;
    for (let index = 0; (limit < 0 || index < limit) && !signal.aborted; index++) {
      const record = { key: this.#key(index), value: this.#value(index) };
      const timed = timestamp < 0 ? record : { ...record, timestamp };
      if (timestamp >= 0) timestamp += this.#clock.wallMs() - beganMs;
      this.#sent++;
      let hasRoom = true;
      try {
        hasRoom = this.#producer.append(topic, timed, this, index);
      } catch (error) {
        this.settled(index, KafkaError.from(error), -1, -1);
      }
      if (!hasRoom) await this.#producer.ready({ signal });
      if (!pace.isDue(index)) continue;
      await pace.rest(index);
      await this.#events.drained();
    }
  }

  settled(index: number, error: KafkaError | undefined, partition: number, offset: number): void {
    const topic = this.#args.value('topic') ?? '';
    const record = { key: this.#key(index), value: this.#value(index) };
    if (error === undefined) {
      this.#acked++;
      this.#events.tell('producer_send_success', { ...record, offset, topic, partition });
      return;
    }
    const known = sendError(error, topic, this.#properties);
    const exception = `class ${known?.className ?? error.name}`;
    this.#events.tell('producer_send_error', { topic, ...record, exception, message: known?.message ?? error.message });
  }

  #key(index: number): string | null {
    const keys = this.#args.number('repeating-keys');
    if (keys === undefined) return null;
    return String(keys > 0 ? index % keys : index);
  }

  #value(index: number): string {
    const prefix = this.#args.value('value-prefix');
    return prefix === undefined ? String(index) : `${Number(prefix)}.${index}`;
  }
}
