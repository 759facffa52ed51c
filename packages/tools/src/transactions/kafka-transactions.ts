/** kafka-transactions.sh: look at transactions and end those that hang (KIP-664). Kafka's TransactionsCommand of 3.9. */

import { type Admin, KafkaError } from '@ottla/client';
import type { ParsedArguments } from '../cli/arguments.ts';
import { adminSettings } from '../cli/bootstrap.ts';
import { isFileError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { type Tool, ToolError } from '../cli/tool.ts';
import { VERSION_LINE } from '../cli/usage.ts';
import { failing } from './failing.ts';
import { findHanging } from './find-hanging.ts';
import { type CommandName, parseTransactionsArguments } from './options.ts';
import { formatTable } from './table.ts';

/** What a command works with; it returns what is to be printed. */
export interface TransactionsClient {
  readonly admin: Admin;
  readonly args: ParsedArguments;
  readonly nowMs: number;
}

const COMMANDS: Readonly<Record<CommandName, (client: TransactionsClient) => Promise<string>>> = {
  list,
  describe,
  'describe-producers': describeProducers,
  abort,
  'find-hanging': findHanging,
  forceTerminateTransaction: terminate,
};

export const kafkaTransactions: Tool = async (args, io) => {
  const request = parseTransactionsArguments(args, `${VERSION_LINE} (Commit:unknown)`);
  if ('text' in request) {
    io.stdout.write(request.text);
    return request.exitCode;
  }
  const { command, global, own } = request;
  try {
    return await withKafka(adminSettings(global), io, async (kafka) => {
      const nowMs = kafka.cluster.platform.clock.wallMs();
      io.stdout.write(await COMMANDS[command]({ admin: kafka.admin(), args: own, nowMs }));
      return 0;
    });
  } catch (error) {
    if (isFileError(error))
      throw new ToolError(
        `Failed to load admin client properties: ${error.message}. Enable debug logging for additional detail.`,
      );
    throw error;
  }
};

async function list({ admin, args }: TransactionsClient): Promise<string> {
  const olderThanMs = Number(args.value('duration-filter') ?? -1);
  const pattern = args.value('transactional-id-pattern');
  const transactions = await failing('Failed to list transactions', 'listTransactions(api=METADATA)', () =>
    admin.listTransactions({
      ...(olderThanMs < 0 ? {} : { olderThanMs }),
      ...(pattern === undefined || pattern === '' ? {} : { idPattern: pattern }),
    }),
  );
  return formatTable(
    ['TransactionalId', 'Coordinator', 'ProducerId', 'TransactionState'],
    transactions.map((each) => [each.transactionalId, each.coordinator, each.producerId, each.state]),
  );
}

async function describe({ admin, args, nowMs }: TransactionsClient): Promise<string> {
  const id = args.value('transactional-id') ?? '';
  const what = `Failed to describe transaction state of transactional-id \`${id}\``;
  const described = await failing(what, 'describeTransactions(api=FIND_COORDINATOR)', () =>
    admin.describeTransactions([id]).catch((error: unknown) => {
      if (!(error instanceof KafkaError) || error.code !== 'TRANSACTIONAL_ID_NOT_FOUND') throw error;
      const text = `DescribeTransactions request for transactionalId \`${id}\` failed because the ID could not be found`;
      throw new KafkaError(error.code, text);
    }),
  );
  const header =
    'CoordinatorId TransactionalId ProducerId ProducerEpoch TransactionState TransactionTimeoutMs CurrentTransactionStartTimeMs TransactionDurationMs TopicPartitions';
  return formatTable(
    header.split(' '),
    Array.from(described.values(), (each) => [
      each.coordinator,
      each.transactionalId,
      each.producerId,
      each.producerEpoch,
      each.state,
      each.timeoutMs,
      each.startTimeMs ?? 'None',
      each.startTimeMs === undefined ? 'None' : nowMs - each.startTimeMs,
      each.partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(','),
    ]),
  );
}

async function describeProducers({ admin, args }: TransactionsClient): Promise<string> {
  const place = placeOf(args);
  const broker = args.value('broker-id');
  const where = broker === undefined ? 'leader' : `broker ${broker}`;
  const what = `Failed to describe producers for partition ${place.topic}-${place.partition} on ${where}`;
  const described = await failing(what, 'describeProducers(api=METADATA)', () =>
    admin.describeProducers([place], broker === undefined ? {} : { broker: Number(broker) }),
  );
  const header =
    'ProducerId ProducerEpoch LatestCoordinatorEpoch LastSequence LastTimestamp CurrentTransactionStartOffset';
  return formatTable(
    header.split(' '),
    [...described.values()]
      .flat()
      .map((each) => [
        each.producerId,
        each.producerEpoch,
        each.coordinatorEpoch ?? -1,
        each.lastSequence,
        each.lastTimestamp,
        each.currentTransactionStartOffset ?? 'None',
      ]),
  );
}

async function abort(client: TransactionsClient): Promise<string> {
  const spec = client.args.has('start-offset') ? await specByOffset(client) : specByProducer(client.args);
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = spec;
  const text = `AbortTransactionSpec(topicPartition=${topic}-${partition}, producerId=${producerId}, producerEpoch=${producerEpoch}, coordinatorEpoch=${coordinatorEpoch})`;
  await failing(`Failed to abort transaction ${text}`, 'abortTransaction', () => client.admin.abortTransaction(spec));
  return '';
}

type Spec = Parameters<Admin['abortTransaction']>[0];

/** From Kafka 3.0 on the broker tells whose transaction begins there. */
async function specByOffset({ admin, args }: TransactionsClient): Promise<Spec> {
  const place = placeOf(args);
  const name = `${place.topic}-${place.partition}`;
  const offset = Number(args.value('start-offset'));
  const described = await failing(
    `Failed to validate producer state for partition ${name}`,
    'describeProducers(api=METADATA)',
    () => admin.describeProducers([place]),
  );
  const found = described.get(name)?.find((producer) => producer.currentTransactionStartOffset === offset);
  if (found === undefined)
    throw new ToolError(`Could not find any open transactions starting at offset ${offset} on partition ${name}`);
  // None yet when it hangs since its first transaction.
  const coordinatorEpoch = Math.max(0, found.coordinatorEpoch ?? 0);
  return { ...place, producerId: found.producerId, producerEpoch: found.producerEpoch, coordinatorEpoch };
}

function specByProducer(args: ParsedArguments): Spec {
  if (!args.has('producer-id'))
    throw new ToolError(
      'The transaction to abort must be identified either with --start-offset (for brokers on 3.0 or above) or with --producer-id, --producer-epoch, and --coordinator-epoch (for older brokers)',
    );
  for (const name of ['producer-epoch', 'coordinator-epoch'])
    if (!args.has(name)) throw new ToolError(`Missing required argument --${name}`);
  return {
    ...placeOf(args),
    producerId: Number(args.value('producer-id')),
    producerEpoch: Number(args.value('producer-epoch')),
    coordinatorEpoch: Number(args.value('coordinator-epoch')),
  };
}

async function terminate({ admin, args }: TransactionsClient): Promise<string> {
  const id = args.value('transactionalId') ?? '';
  await failing(`Failed to force terminate transactionalId \`${id}\``, 'fenceProducers', () =>
    admin.fenceProducers([id]),
  );
  return '';
}

function placeOf(args: ParsedArguments): { topic: string; partition: number } {
  return { topic: args.value('topic') ?? '', partition: Number(args.value('partition')) };
}
