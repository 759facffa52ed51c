/** kafkajs's assigners: made with a view of the cluster, they write and read the members' bytes themselves. */
import type { Assignor } from '../consumer/assignors/index.ts';
import { AssignerProtocol, type Assignment, assign } from './assigner-protocol.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Logger } from './logger.ts';

export interface GroupMember {
  memberId: string;
  memberMetadata: Buffer;
}

export interface GroupMemberAssignment {
  memberId: string;
  memberAssignment: Buffer;
}

export interface GroupState {
  name: string;
  metadata: Buffer;
}

export interface Assigner {
  name: string;
  version: number;
  assign(group: {
    members: GroupMember[];
    topics: string[];
  }): Promise<GroupMemberAssignment[]> | GroupMemberAssignment[];
  protocol(subscription: { topics: string[] }): GroupState;
}

export type PartitionAssigner = (config: { cluster: ClusterView; groupId: string; logger: Logger }) => Assigner;

/** All partitions of all topics, dealt out one by one; the name is what kafkajs's members announce. */
const roundRobin: PartitionAssigner = ({ cluster }) => ({
  name: 'RoundRobinAssigner',
  version: 0,
  protocol({ topics }) {
    return { name: this.name, metadata: AssignerProtocol.MemberMetadata.encode({ version: this.version, topics }) };
  },
  assign({ members, topics }) {
    const ids = members.map(({ memberId }) => memberId).sort();
    const shares = new Map<string, Assignment>();
    let turn = 0;
    for (const topic of topics) {
      for (const { partitionId } of cluster.findTopicPartitionMetadata(topic)) {
        const id = ids[turn++ % ids.length];
        const share = shares.get(id) ?? {};
        shares.set(id, share);
        assign(share, topic, partitionId);
      }
    }
    return Array.from(shares, ([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: this.version, assignment }),
    }));
  },
});

export const PartitionAssigners = { roundRobin };

/** `topics`: of this member's subscription, which is all that kafkajs's leader looks at. */
export function assignorOf(assigner: Assigner, topics: () => string[], refresh: () => Promise<void>): Assignor {
  return {
    name: assigner.name,
    protocol: 'eager',
    assign: () => new Map(),
    raw: {
      metadata: (names) => assigner.protocol({ topics: [...names] }).metadata,
      topics: (metadata) => AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? [],
      assign: async (members) => {
        await refresh();
        const assigned = await assigner.assign({
          members: members.map(({ memberId, metadata }) => ({ memberId, memberMetadata: metadata })),
          topics: topics(),
        });
        return new Map(assigned.map(({ memberId, memberAssignment }) => [memberId, memberAssignment]));
      },
    },
  };
}
