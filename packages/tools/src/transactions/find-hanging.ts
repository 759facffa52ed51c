/** Transactions that have been open for longer than any may be, and that no coordinator counts as open there. */
import type { ProducerState, TopicDescription, TopicPartition } from '@ottla/client';
import { ToolError } from '../cli/tool.ts';
import { failing } from './failing.ts';
import type { TransactionsClient } from './kafka-transactions.ts';
import { formatTable } from './table.ts';

const TIMEOUT_MIN_DEFAULT = 15;

interface Open extends TopicPartition {
  readonly producer: ProducerState;
  readonly startOffset: number;
}

export async function findHanging(client: TransactionsClient): Promise<string> {
  const { nowMs } = client;
  const partitions = await partitionsToSearch(client);
  const open = await openTransactions(client, partitions);
  const hanging = open.length === 0 ? [] : await unknownToCoordinators(client, open);
  const header = 'Topic Partition ProducerId ProducerEpoch CoordinatorEpoch StartOffset LastTimestamp Duration(min)';
  return formatTable(
    header.split(' '),
    hanging.map(({ topic, partition, producer, startOffset }) => [
      topic,
      partition,
      producer.producerId,
      producer.producerEpoch,
      producer.coordinatorEpoch ?? -1,
      startOffset,
      producer.lastTimestamp,
      Math.floor((nowMs - producer.lastTimestamp) / 60_000),
    ]),
  );
}

async function partitionsToSearch({ admin, args }: TransactionsClient): Promise<TopicPartition[]> {
  const topic = args.value('topic');
  const partition = args.value('partition');
  const broker = args.value('broker-id');
  if (topic === undefined && broker === undefined)
    throw new ToolError(
      'The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search',
    );
  if (partition !== undefined) {
    if (topic === undefined) throw new ToolError('The --partition argument requires --topic to be provided');
    return [{ topic, partition: Number(partition) }];
  }
  const names =
    topic === undefined
      ? (await failing('Failed to list topics', 'listTopics', () => admin.listTopics({ includeInternal: true }))).map(
          ({ name }) => name,
        )
      : [topic];
  const described = await failing(`Failed to describe ${names.length} topics`, 'listNodes', () =>
    admin.describeTopics(names),
  );
  const isThere = ({ replicas }: TopicDescription['partitions'][number]): boolean =>
    broker === undefined || replicas.includes(Number(broker));
  return [...described.values()].flatMap((each) =>
    each.partitions.filter(isThere).map((found) => ({ topic: each.name, partition: found.partition })),
  );
}

async function openTransactions(
  { admin, args, nowMs }: TransactionsClient,
  partitions: readonly TopicPartition[],
): Promise<Open[]> {
  const broker = args.value('broker-id');
  const maxMs = Number(args.value('max-transaction-timeout') ?? TIMEOUT_MIN_DEFAULT) * 60_000;
  if (partitions.length === 0) return [];
  const where = broker === undefined ? '' : ` on broker ${broker}`;
  const what = `Failed to describe producers for ${partitions.length} partitions${where}`;
  const described = await failing(what, 'describeProducers(api=METADATA)', () =>
    admin.describeProducers(partitions, broker === undefined ? {} : { broker: Number(broker) }),
  );
  return partitions.flatMap(({ topic, partition }) =>
    (described.get(`${topic}-${partition}`) ?? []).flatMap((producer) => {
      const startOffset = producer.currentTransactionStartOffset;
      const isOld = nowMs - producer.lastTimestamp > maxMs;
      return startOffset !== undefined && isOld ? [{ topic, partition, producer, startOffset }] : [];
    }),
  );
}

async function unknownToCoordinators({ admin }: TransactionsClient, open: readonly Open[]): Promise<Open[]> {
  const producerIds = [...new Set(open.map(({ producer }) => producer.producerId))];
  const listed = await failing(
    `Failed to list transactions for ${producerIds.length} producers`,
    'listTransactions(api=METADATA)',
    () => admin.listTransactions({ producerIds }),
  );
  const ids = new Map(listed.map(({ producerId, transactionalId }) => [producerId, transactionalId]));
  const described = await failing(
    `Failed to describe ${ids.size} transactions`,
    'describeTransactions(api=FIND_COORDINATOR)',
    () => admin.describeTransactions([...ids.values()]),
  );
  return open.filter(({ topic, partition, producer }) => {
    const transaction = described.get(ids.get(producer.producerId) ?? '');
    return !transaction?.partitions.some((place) => place.topic === topic && place.partition === partition);
  });
}
