import type { CallOptions } from '../options.ts';
import type { OffsetToCommit } from '../producer/transaction-requests.ts';
import type { TopicPartition, TopicPartitionOffset } from '../records.ts';
import * as groups from './groups.ts';
import * as offsets from './offsets.ts';
import { SecurityAdmin } from './security-admin.ts';
import * as shares from './share-groups.ts';

/** Groups of every type, their members and their offsets. */
export abstract class GroupAdmin extends SecurityAdmin {
  listGroups(options: CallOptions & groups.GroupFilter = {}): Promise<groups.GroupListing[]> {
    return this.run('Listing groups', options, (calls) => groups.listGroups(calls, options));
  }

  /** Groups of consumers, and those that only commit offsets. */
  listConsumerGroups(options: CallOptions & groups.GroupFilter = {}): Promise<groups.GroupListing[]> {
    return this.listGroups({ ...options, protocolTypes: ['consumer', ''] });
  }

  describeConsumerGroups(
    groupIds: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, groups.GroupDescription>> {
    return this.run('Describing groups', options, (calls) => groups.describeGroups(calls, groupIds));
  }

  /** Groups of the classic protocol only; of Connect too, whose assignments stay undecoded. */
  describeClassicGroups(
    groupIds: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, groups.GroupDescription>> {
    return this.run('Describing groups', options, (calls) => groups.describeClassicGroups(calls, groupIds));
  }

  /** Groups of any type. */
  deleteConsumerGroups(groupIds: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.run('Deleting groups', options, (calls) => groups.deleteGroups(calls, groupIds));
  }

  /** Default: all that it has. */
  removeMembersFromConsumerGroup(
    groupId: string,
    members?: readonly groups.MemberToRemove[],
    options: CallOptions & { readonly reason?: string } = {},
  ): Promise<void> {
    return this.run('Removing members', options, (calls) =>
      groups.removeMembers(calls, groupId, members, options.reason),
    );
  }

  /** Default: of all partitions. Partitions without a committed offset are left out. */
  listConsumerGroupOffsets(
    groupId: string,
    options: CallOptions & { readonly partitions?: readonly TopicPartition[]; readonly requireStable?: boolean } = {},
  ): Promise<OffsetToCommit[]> {
    return this.run('Listing the offsets of a group', options, (calls) =>
      offsets.listGroupOffsets(calls, groupId, options.partitions, options.requireStable ?? false),
    );
  }

  alterConsumerGroupOffsets(
    groupId: string,
    list: readonly OffsetToCommit[],
    options: CallOptions = {},
  ): Promise<void> {
    return this.run('Altering the offsets of a group', options, (calls) =>
      offsets.alterGroupOffsets(calls, groupId, list),
    );
  }

  deleteConsumerGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options: CallOptions = {},
  ): Promise<void> {
    return this.run('Deleting offsets of a group', options, (calls) =>
      offsets.deleteGroupOffsets(calls, groupId, partitions),
    );
  }

  listShareGroups(options: CallOptions & groups.GroupFilter = {}): Promise<groups.GroupListing[]> {
    return this.listGroups({ ...options, types: ['share'] });
  }

  describeShareGroups(
    groupIds: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, shares.ShareGroupDescription>> {
    return this.run('Describing share groups', options, (calls) => shares.describeShareGroups(calls, groupIds));
  }

  deleteShareGroups(groupIds: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.deleteConsumerGroups(groupIds, options);
  }

  /** Where the group begins. Default: of all partitions that it has an offset for. */
  listShareGroupOffsets(
    groupId: string,
    options: CallOptions & { readonly partitions?: readonly TopicPartition[] } = {},
  ): Promise<shares.ShareGroupOffset[]> {
    return this.run('Listing the offsets of a share group', options, (calls) =>
      shares.listShareGroupOffsets(calls, groupId, options.partitions),
    );
  }

  /** Of a group without members. */
  alterShareGroupOffsets(
    groupId: string,
    list: readonly TopicPartitionOffset[],
    options: CallOptions = {},
  ): Promise<void> {
    return this.run('Altering the offsets of a share group', options, (calls) =>
      shares.alterShareGroupOffsets(calls, groupId, list),
    );
  }

  /** Of whole topics; of a group without members. */
  deleteShareGroupOffsets(groupId: string, topics: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.run('Deleting offsets of a share group', options, (calls) =>
      shares.deleteShareGroupOffsets(calls, groupId, topics),
    );
  }
}
