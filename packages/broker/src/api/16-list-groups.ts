/** ListGroups, versions 0-5. v4: a filter by state (KIP-518). v5: a filter by type (KIP-848); filters ignore case. */
import { ApiKey, ListGroupsRequest, ListGroupsResponse, type ListGroupsResponseInit } from '@ottla/protocol';
import type { ApiHandler } from './handler.ts';

const CLASSIC = 'classic';

export const listGroups: ApiHandler<ListGroupsRequest, ListGroupsResponseInit> = {
  key: ApiKey.ListGroups,
  request: ListGroupsRequest,
  response: ListGroupsResponse,
  minVersion: 0,
  maxVersion: 5,
  handle(call, broker) {
    const { context, request } = call;
    const states = new Set(request.statesFilter.map((state) => state.toLowerCase()));
    const types = new Set(request.typesFilter.map((type) => type.toLowerCase()));
    const { error, groups } = broker.groups.listGroups();
    const everything = broker.authorizer.authorize(context, 'Describe', 'Cluster', 'kafka-cluster');
    call.respond({
      errorCode: error,
      groups: groups
        .filter((group) => states.size === 0 || states.has(group.state.toLowerCase()))
        .filter(() => types.size === 0 || types.has(CLASSIC))
        .filter((group) => everything || broker.authorizer.authorize(context, 'Describe', 'Group', group.groupId))
        .map((group) => ({
          groupId: group.groupId,
          protocolType: group.protocolType,
          groupState: group.state,
          groupType: CLASSIC,
        })),
    });
  },
  onError: (errorCode) => ({ errorCode, groups: [] }),
};
