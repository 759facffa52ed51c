import type { RequestContext } from '../api/handler.ts';

/** Kafka's AclOperation, by the name its errors and tools use. */
export type Operation =
  | 'Read'
  | 'Write'
  | 'Create'
  | 'Delete'
  | 'Alter'
  | 'Describe'
  | 'ClusterAction'
  | 'DescribeConfigs'
  | 'AlterConfigs'
  | 'IdempotentWrite'
  | 'TwoPhaseCommit';

export type ResourceType = 'Topic' | 'Group' | 'Cluster' | 'TransactionalId' | 'DelegationToken' | 'User';

/** The one resource of type Cluster. */
export const CLUSTER_NAME = 'kafka-cluster';

/** Asked wherever Kafka asks. Synchronous: an implementation answers from what it has loaded. */
export interface Authorizer {
  /** True: allowed. `resourceName` is a topic, a group id, a transactional id, or CLUSTER_NAME. */
  authorize(context: RequestContext, operation: Operation, resourceType: ResourceType, resourceName: string): boolean;
  /** Whether the operation is allowed on at least one resource of the type (Kafka's authorizeByResourceType). */
  authorizeAny(context: RequestContext, operation: Operation, resourceType: ResourceType): boolean;
  /** Bits of the allowed operations, as `*_authorized_operations` fields carry them (bit = AclOperation code). */
  authorizedOperations(context: RequestContext, resourceType: ResourceType, resourceName: string): number;
}

const SUPPORTED_OPERATIONS: Readonly<Record<ResourceType, number>> = {
  Topic: bits(3, 4, 5, 6, 7, 8, 10, 11),
  Group: bits(3, 6, 8, 10, 11),
  Cluster: bits(5, 7, 8, 9, 10, 11, 12),
  TransactionalId: bits(4, 8, 15),
  DelegationToken: bits(8),
  User: bits(8, 13, 14),
};

function bits(...codes: number[]): number {
  return codes.reduce((sum, code) => sum | (1 << code), 0);
}

/** `authorizer.class.name` empty: everybody may do everything. */
export class AllowAll implements Authorizer {
  authorize(): boolean {
    return true;
  }

  authorizeAny(): boolean {
    return true;
  }

  authorizedOperations(_context: RequestContext, resourceType: ResourceType): number {
    return SUPPORTED_OPERATIONS[resourceType];
  }
}
