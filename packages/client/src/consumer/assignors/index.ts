export type { AssignableTopic, Assignor, GroupMember, RebalanceProtocol } from './assignor.ts';
export { rangeAssignor } from './range.ts';
export { roundRobinAssignor } from './round-robin.ts';
export { cooperativeStickyAssignor, stickyAssignor } from './sticky.ts';
