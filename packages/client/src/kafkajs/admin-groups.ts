/** Groups of kafkajs's admin. */
import { ErrorCode } from '@ottla/protocol';
import { DELETE_GROUPS, LIST_GROUPS } from '../admin/apis.ts';
import { KafkaError } from '../errors.ts';
import { refuse } from './admin-checks.ts';
import type { GroupDescriptions, GroupOverview } from './admin-types.ts';
import { protocolError } from './error-mapping.ts';
import { type DeleteGroupsResult, KafkaJSDeleteGroupsError } from './errors.ts';
import { describeGroup } from './group-description.ts';
import type { Link } from './link.ts';

export async function listGroups(link: Link): Promise<{ groups: GroupOverview[] }> {
  return link.retrying(async () => {
    const cluster = await link.cluster();
    await cluster.refresh([]);
    const answers = await Promise.all(
      Array.from(cluster.metadata.brokers.keys(), (node) => cluster.request(LIST_GROUPS, node, {})),
    );
    const groups = answers.flatMap(({ errorCode, groups: own }) => {
      if (errorCode !== ErrorCode.NONE) throw KafkaError.ofCode(errorCode, null);
      return own.map(({ groupId, protocolType }) => ({ groupId, protocolType }));
    });
    return { groups };
  });
}

export async function describeGroups(link: Link, groupIds: readonly string[]): Promise<GroupDescriptions> {
  return { groups: await Promise.all(groupIds.map((groupId) => describeGroup(link, groupId))) };
}

export async function deleteGroups(link: Link, groupIds: readonly string[]): Promise<DeleteGroupsResult[]> {
  if (!Array.isArray(groupIds)) refuse(`Invalid groupIds array ${String(groupIds)}`);
  const invalid = groupIds.some((groupId) => typeof groupId !== 'string');
  if (invalid) refuse(`Invalid groupId name: ${JSON.stringify(invalid)}`);
  const results = await Promise.all(groupIds.map((groupId) => deleteGroup(link, groupId)));
  const failed = results.filter(({ errorCode }) => errorCode !== ErrorCode.NONE);
  if (failed.length > 0) throw new KafkaJSDeleteGroupsError('Error in DeleteGroups', failed);
  return results;
}

async function deleteGroup(link: Link, groupId: string): Promise<DeleteGroupsResult> {
  const answer = await link.askCoordinator(groupId, DELETE_GROUPS, { groupsNames: [groupId] }, ({ results }) =>
    results.map(({ errorCode }) => errorCode),
  );
  const errorCode = answer.results[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  return errorCode === ErrorCode.NONE
    ? { groupId, errorCode }
    : { groupId, errorCode, error: protocolError(errorCode) };
}
