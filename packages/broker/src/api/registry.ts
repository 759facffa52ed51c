import { offsetCommit } from './08-offset-commit.ts';
import { offsetFetch } from './09-offset-fetch.ts';
import { findCoordinator } from './10-find-coordinator.ts';
import { joinGroup } from './11-join-group.ts';
import { heartbeat } from './12-heartbeat.ts';
import { leaveGroup } from './13-leave-group.ts';
import { syncGroup } from './14-sync-group.ts';
import { describeGroups } from './15-describe-groups.ts';
import { listGroups } from './16-list-groups.ts';
import { deleteGroups } from './42-delete-groups.ts';
import { offsetDelete } from './47-offset-delete.ts';
import { type Endpoint, endpoint } from './endpoint.ts';

/** Every API this broker serves, by key: what is missing here is not listed in ApiVersions. */
export const ENDPOINTS: readonly Endpoint[] = [
  endpoint(offsetCommit),
  endpoint(offsetFetch),
  endpoint(findCoordinator),
  endpoint(joinGroup),
  endpoint(heartbeat),
  endpoint(leaveGroup),
  endpoint(syncGroup),
  endpoint(describeGroups),
  endpoint(listGroups),
  endpoint(deleteGroups),
  endpoint(offsetDelete),
];
