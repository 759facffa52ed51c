/** kafka-verifiable-consumer.sh: reads a topic in a group and tells all that happens. Kafka's VerifiableConsumer of 3.9. */

import {
  type CommitOffset,
  type Consumer,
  fromProperties,
  type Kafka,
  KafkaError,
  type UntypedRecord,
} from '@ottla/client';
import { Logger } from '@ottla/platform';
import { ArgumentParser } from '../cli/argument-parser.ts';
import type { ParsedArguments } from '../cli/arguments.ts';
import { bootstrapOf } from '../cli/bootstrap.ts';
import { javaError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { signalExitCode, type Tool, type ToolIo } from '../cli/tool.ts';
import { BROKER_ARGUMENTS, BROKER_GROUP, configFileOf, FILE } from './common.ts';
import { Events } from './events.ts';

const INTEGER = { type: 'Integer' } as const;
const LOGGER = 'org.apache.kafka.tools.VerifiableConsumer';
const POLL_MS = 3_600_000;

const parser = new ArgumentParser({
  name: 'verifiable-consumer',
  purpose: 'Reads a topic in a group and tells of records, rebalances and commits, each in a line of JSON.',
  arguments: [
    { name: 'topic', required: true, description: 'The topic to read.' },
    {
      name: 'group-protocol',
      metavar: 'GROUP_PROTOCOL',
      defaultsTo: 'classic',
      description: 'The protocol of the group: CLASSIC or CONSUMER.',
    },
    {
      name: 'group-remote-assignor',
      metavar: 'GROUP_REMOTE_ASSIGNOR',
      description: "The broker's assignor, with protocol CONSUMER.",
    },
    { name: 'group-id', required: true, metavar: 'GROUP_ID', description: 'The group.' },
    { name: 'group-instance-id', metavar: 'GROUP_INSTANCE_ID', description: 'The name of a static member.' },
    { name: 'max-messages', ...INTEGER, defaultsTo: '-1', description: 'How many records to read; -1 for no end.' },
    {
      name: 'session-timeout',
      metavar: 'TIMEOUT_MS',
      ...INTEGER,
      defaultsTo: '30000',
      description: 'After so long a silence the group goes on without this member.',
    },
    { name: 'verbose', flag: true, description: 'Tell of each record, too.' },
    { name: 'enable-autocommit', flag: true, description: 'Leave commits to the consumer.' },
    {
      name: 'reset-policy',
      metavar: 'RESETPOLICY',
      defaultsTo: 'earliest',
      description: 'Where to begin without a commit: earliest, latest or none.',
    },
    {
      name: 'assignment-strategy',
      metavar: 'ASSIGNMENTSTRATEGY',
      defaultsTo: 'org.apache.kafka.clients.consumer.RangeAssignor',
      description: 'The class of the assignor, with protocol CLASSIC.',
    },
    { name: 'consumer.config', ...FILE, description: 'A file of settings; what the command line says is stronger.' },
    { name: 'command-config', ...FILE, description: 'The same, as Kafka 4.2 spells it.' },
    ...BROKER_ARGUMENTS,
  ],
  groups: [BROKER_GROUP],
});

export const verifiableConsumer: Tool = async (args, io) => {
  const parsed = parser.parse(args);
  if ('help' in parsed) {
    io.stdout.write(parsed.help);
    return parsed.exitCode;
  }
  const properties = await consumerProperties(parsed);
  return withKafka(
    { bootstrap: bootstrapOf(parsed), properties, kind: 'Consumer', endsItself: true },
    io,
    async (kafka, all) => {
      await new ToldReading(kafka, parsed, io).run(all);
      return signalExitCode(io.signal);
    },
  );
};

async function consumerProperties(parsed: ParsedArguments): Promise<ReadonlyMap<string, string>> {
  const group = parsed.value('group-id') ?? '';
  const file = await configFileOf(parser, parsed, 'consumer.config');
  const properties = new Map([['client.id', `consumer-${group}-1`], ...file]);
  const set = (property: string, value: string | undefined): void => {
    if (value !== undefined) properties.set(property, value);
  };
  set('group.id', group);
  set('group.instance.id', parsed.value('group-instance-id'));
  set('enable.auto.commit', String(parsed.has('enable-autocommit')));
  set('auto.offset.reset', parsed.value('reset-policy'));
  if (parsed.value('group-protocol')?.toLowerCase() === 'consumer') {
    set('group.protocol', 'consumer');
    set('group.remote.assignor', parsed.value('group-remote-assignor'));
  } else {
    set('session.timeout.ms', parsed.value('session-timeout'));
    set('partition.assignment.strategy', parsed.value('assignment-strategy'));
  }
  return properties;
}

class ToldReading {
  readonly #kafka: Kafka;
  readonly #args: ParsedArguments;
  readonly #io: ToolIo;
  readonly #events: Events;
  readonly #limit: number;
  #read = 0;

  constructor(kafka: Kafka, args: ParsedArguments, io: ToolIo) {
    this.#kafka = kafka;
    this.#args = args;
    this.#io = io;
    this.#events = new Events(kafka.cluster.clock, io.stdout);
    const limit = args.number('max-messages') ?? -1;
    this.#limit = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  }

  async run(properties: ReadonlyMap<string, string>): Promise<void> {
    const events = this.#events;
    const consumer = this.#kafka.consumer({
      ...fromProperties(properties).consumer,
      onAssigned: (partitions) => events.tell('partitions_assigned', { partitions }),
      onRevoked: (partitions) => events.tell('partitions_revoked', { partitions }),
    });
    events.tell('startup_complete');
    try {
      consumer.subscribe(this.#args.value('topic') ?? '');
      await this.#readAll(consumer);
    } catch (error) {
      if (!this.#io.signal.aborted) this.#log(error);
    }
    // 4.x also tells that it was asked to end, which it does by itself as well.
    const tellsRequest = this.#args.has('command-config');
    const isAborted = this.#io.signal.aborted;
    if (tellsRequest && isAborted) events.tell('shutdown_requested');
    await consumer.close();
    events.tell('shutdown_complete');
    if (tellsRequest && !isAborted) events.tell('shutdown_requested');
    events.flush();
  }

  #log(error: unknown): void {
    const log = new Logger(this.#kafka.cluster.platform.log, LOGGER);
    log.error(
      'Error during processing, terminating consumer process: ',
      `${javaError(error) ?? KafkaError.from(error)}`,
    );
  }

  async #readAll(consumer: Consumer): Promise<void> {
    const { signal } = this.#io;
    const commits = !this.#args.has('enable-autocommit');
    while (this.#read < this.#limit && !signal.aborted) {
      const records = await consumer.poll({ timeout: POLL_MS, signal });
      const offsets = this.#tell(records);
      if (commits && offsets.length > 0) await this.#commit(consumer, offsets);
      await this.#events.drained();
    }
  }

  /** Tells of the records, as many as are wanted; what is to be committed for them. */
  #tell(records: readonly UntypedRecord[]): CommitOffset[] {
    const byPartition = new Map<string, UntypedRecord[]>();
    for (const record of records) {
      const name = `${record.topic}-${record.partition}`;
      const others = byPartition.get(name);
      if (others === undefined) byPartition.set(name, [record]);
      else others.push(record);
    }
    const told: object[] = [];
    const offsets: CommitOffset[] = [];
    for (const all of byPartition.values()) {
      const some = all.slice(0, this.#limit - this.#read);
      const [first] = some;
      const last = some.at(-1);
      if (first === undefined || last === undefined) continue;
      this.#read += some.length;
      if (this.#args.has('verbose')) for (const record of some) this.#tellRecord(record);
      const { topic, partition } = first;
      told.push({ topic, partition, count: some.length, minOffset: first.offset, maxOffset: last.offset });
      offsets.push({ topic, partition, offset: last.offset + 1 });
    }
    if (records.length > 0) this.#events.tell('records_consumed', { count: records.length, partitions: told });
    return offsets;
  }

  #tellRecord({ key, value, topic, partition, offset }: UntypedRecord): void {
    const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null;
    this.#events.tell('record_data', { key: text(key), value: text(value), topic, partition, offset });
  }

  async #commit(consumer: Consumer, offsets: readonly CommitOffset[]): Promise<void> {
    try {
      await consumer.commit(offsets);
      this.#events.tell('offsets_committed', { offsets, success: true });
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      if (error.fatal) throw error;
      this.#events.tell('offsets_committed', { offsets, error: javaError(error)?.message, success: false });
    }
  }
}
