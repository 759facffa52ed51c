import type { NodeTarget } from '../network/cluster.ts';
import type { CallOptions } from '../options.ts';
import type { TopicPartition, TopicPartitionOffset } from '../records.ts';
import * as cluster from './cluster.ts';
import * as configs from './configs.ts';
import * as features from './features.ts';
import { GroupAdmin } from './group-admin.ts';
import * as logDirs from './log-dirs.ts';
import * as offsets from './offsets.ts';
import * as quorum from './quorum.ts';
import * as quotas from './quotas.ts';
import { describeTopicPartitions } from './topic-partitions.ts';
import * as topics from './topics.ts';
import * as transactions from './transactions.ts';

export interface ValidateOptions extends CallOptions {
  /** Checks, and changes nothing. */
  readonly validateOnly?: boolean | undefined;
}

/**
 * One method for each of Java's Admin, plain data in and out. Results of several things are maps by their names; when some
 * fail, the rejection has them in `failures` and the others in `results`.
 */
export class Admin extends GroupAdmin {
  createTopics(
    list: readonly topics.NewTopic[],
    options: ValidateOptions = {},
  ): Promise<Map<string, topics.CreatedTopic>> {
    return this.run('Creating topics', options, (calls) =>
      topics.createTopics(calls, list, options.validateOnly ?? false),
    );
  }

  /** By name; `byId`: by topic id. */
  deleteTopics(names: readonly string[], options: CallOptions & { readonly byId?: boolean } = {}): Promise<void> {
    return this.run('Deleting topics', options, (calls) => topics.deleteTopics(calls, names, options.byId ?? false));
  }

  /** Partitions in all, by topic. */
  createPartitions(
    counts: Readonly<Record<string, number | topics.NewPartitions>>,
    options: ValidateOptions = {},
  ): Promise<void> {
    return this.run('Creating partitions', options, (calls) =>
      topics.createPartitions(calls, counts, options.validateOnly ?? false),
    );
  }

  listTopics(options: CallOptions & { readonly includeInternal?: boolean } = {}): Promise<topics.TopicListing[]> {
    return this.run('Listing topics', options, (calls) => topics.listTopics(calls, options.includeInternal ?? false));
  }

  describeTopics(
    names: readonly string[],
    options: CallOptions & { readonly byId?: boolean } = {},
  ): Promise<Map<string, topics.TopicDescription>> {
    return this.run('Describing topics', options, (calls) =>
      options.byId === true ? topics.describeTopics(calls, names, true) : describeTopicPartitions(calls, names),
    );
  }

  /** By `type name`, e.g. `topic orders`. `keys`: only these configs. */
  describeConfigs(
    resources: readonly (configs.ConfigResource & { readonly keys?: readonly string[] | undefined })[],
    options: CallOptions & { readonly synonyms?: boolean; readonly documentation?: boolean } = {},
  ): Promise<Map<string, configs.ConfigEntry[]>> {
    return this.run('Describing configs', options, (calls) => configs.describeConfigs(calls, resources, options));
  }

  incrementalAlterConfigs(
    changes: readonly (configs.ConfigResource & { readonly changes: readonly configs.ConfigChange[] })[],
    options: ValidateOptions = {},
  ): Promise<void> {
    return this.run('Altering configs', options, (calls) =>
      configs.incrementalAlterConfigs(calls, changes, options.validateOnly ?? false),
    );
  }

  /** @deprecated What is not named is lost: use `incrementalAlterConfigs`, except with Kafka before 2.3. */
  alterConfigs(
    resources: readonly (configs.ConfigResource & { readonly configs: Readonly<Record<string, string | null>> })[],
    options: ValidateOptions = {},
  ): Promise<void> {
    return this.run('Altering configs', options, (calls) =>
      configs.alterConfigs(calls, resources, options.validateOnly ?? false),
    );
  }

  listConfigResources(
    types: readonly configs.ConfigResourceType[] = [],
    options: CallOptions = {},
  ): Promise<configs.ConfigResource[]> {
    return this.run('Listing config resources', options, (calls) => configs.listConfigResources(calls, types));
  }

  describeCluster(options: CallOptions = {}): Promise<cluster.ClusterDescription> {
    return this.run('Describing the cluster', options, cluster.describeCluster);
  }

  /** Default: as any broker has it. */
  describeFeatures(
    options: CallOptions & { readonly node?: NodeTarget | undefined } = {},
  ): Promise<features.FeatureDescription> {
    return this.run('Describing features', options, (calls) => features.describeFeatures(calls, options.node ?? 'any'));
  }

  updateFeatures(updates: Parameters<typeof features.updateFeatures>[1], options: ValidateOptions = {}): Promise<void> {
    return this.run('Updating features', options, (calls) =>
      features.updateFeatures(calls, updates, options.validateOnly ?? false),
    );
  }

  describeLogDirs(
    options: CallOptions & {
      readonly brokers?: readonly number[];
      readonly partitions?: readonly TopicPartition[];
    } = {},
  ): Promise<Map<number, logDirs.LogDirDescription[]>> {
    return this.run('Describing log directories', options, (calls) =>
      logDirs.describeLogDirs(calls, options.brokers, options.partitions),
    );
  }

  alterReplicaLogDirs(
    moves: readonly (TopicPartition & { readonly broker: number; readonly path: string })[],
    options: CallOptions = {},
  ): Promise<void> {
    return this.run('Moving replicas', options, (calls) => logDirs.alterReplicaLogDirs(calls, moves));
  }

  /** Where replicas are, and where they move to: by `topic-partition on broker`. */
  describeReplicaLogDirs(
    replicas: readonly (TopicPartition & { readonly broker: number })[],
    options: CallOptions = {},
  ): Promise<Map<string, logDirs.ReplicaLogDir>> {
    return this.run('Describing replicas', options, (calls) => logDirs.describeReplicaLogDirs(calls, replicas));
  }

  describeMetadataQuorum(options: CallOptions = {}): Promise<quorum.MetadataQuorum> {
    return this.run('Describing the quorum', options, quorum.describeMetadataQuorum);
  }

  addRaftVoter(
    voter: quorum.RaftVoter,
    listeners: readonly quorum.RaftEndpoint[],
    options: CallOptions & { readonly clusterId?: string | undefined } = {},
  ): Promise<void> {
    return this.run('Adding a voter', options, (calls) =>
      quorum.addRaftVoter(calls, voter, listeners, options.clusterId ?? null),
    );
  }

  removeRaftVoter(
    voter: quorum.RaftVoter,
    options: CallOptions & { readonly clusterId?: string | undefined } = {},
  ): Promise<void> {
    return this.run('Removing a voter', options, (calls) =>
      quorum.removeRaftVoter(calls, voter, options.clusterId ?? null),
    );
  }

  /** Takes a broker that is gone for good out of a KRaft cluster. */
  unregisterBroker(id: number, options: CallOptions = {}): Promise<void> {
    return this.run('Unregistering a broker', options, (calls) => quorum.unregisterBroker(calls, id));
  }

  /** Those that have another leader now. */
  electLeaders(
    type: 'preferred' | 'unclean',
    partitions?: readonly TopicPartition[],
    options: CallOptions = {},
  ): Promise<TopicPartition[]> {
    return this.run('Electing leaders', options, (calls) => cluster.electLeaders(calls, type, partitions));
  }

  alterPartitionReassignments(
    reassignments: readonly (TopicPartition & { readonly replicas: readonly number[] | null })[],
    options: CallOptions = {},
  ): Promise<void> {
    return this.run('Reassigning partitions', options, (calls) =>
      cluster.alterPartitionReassignments(calls, reassignments),
    );
  }

  listPartitionReassignments(
    partitions?: readonly TopicPartition[],
    options: CallOptions = {},
  ): Promise<cluster.Reassignment[]> {
    return this.run('Listing reassignments', options, (calls) => cluster.listPartitionReassignments(calls, partitions));
  }

  listOffsets(
    wanted: readonly (TopicPartition & { readonly at: offsets.OffsetSpec })[],
    options: CallOptions & { readonly isolation?: 'read_uncommitted' | 'read_committed' } = {},
  ): Promise<offsets.ListedOffset[]> {
    return this.run('Listing offsets', options, (calls) =>
      offsets.listOffsets(calls, wanted, options.isolation ?? 'read_uncommitted'),
    );
  }

  /** Deletes all before these offsets (-1: the end). The new log starts, by `topic-partition`. */
  deleteRecords(before: readonly TopicPartitionOffset[], options: CallOptions = {}): Promise<Map<string, number>> {
    return this.run('Deleting records', options, (calls) => offsets.deleteRecords(calls, before));
  }

  describeProducers(
    partitions: readonly TopicPartition[],
    options: CallOptions & { readonly broker?: number | undefined } = {},
  ): Promise<Map<string, offsets.ProducerState[]>> {
    return this.run('Describing producers', options, (calls) =>
      offsets.describeProducers(calls, partitions, options.broker),
    );
  }

  describeClientQuotas(filter: quotas.QuotaFilter, options: CallOptions = {}): Promise<quotas.ClientQuota[]> {
    return this.run('Describing quotas', options, (calls) => quotas.describeClientQuotas(calls, filter));
  }

  alterClientQuotas(
    changes: Parameters<typeof quotas.alterClientQuotas>[1],
    options: ValidateOptions = {},
  ): Promise<void> {
    return this.run('Altering quotas', options, (calls) =>
      quotas.alterClientQuotas(calls, changes, options.validateOnly ?? false),
    );
  }

  listTransactions(
    options: CallOptions & transactions.TransactionFilter = {},
  ): Promise<transactions.TransactionListing[]> {
    return this.run('Listing transactions', options, (calls) => transactions.listTransactions(calls, options));
  }

  describeTransactions(
    transactionalIds: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, transactions.TransactionDescription>> {
    return this.run('Describing transactions', options, (calls) =>
      transactions.describeTransactions(calls, transactionalIds),
    );
  }

  fenceProducers(
    transactionalIds: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, { readonly producerId: number; readonly producerEpoch: number }>> {
    return this.run('Fencing producers', options, (calls) => transactions.fenceProducers(calls, transactionalIds));
  }

  abortTransaction(hanging: transactions.HangingTransaction, options: CallOptions = {}): Promise<void> {
    return this.run('Aborting a transaction', options, (calls) => transactions.abortTransaction(calls, hanging));
  }
}
