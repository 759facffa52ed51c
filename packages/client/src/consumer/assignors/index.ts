export type { AssignableTopic, Assignor, GroupMember, RawAssignor, RawMember, RebalanceProtocol } from './assignor.ts';
export { rangeAssignor } from './range.ts';
export { roundRobinAssignor } from './round-robin.ts';
export { cooperativeStickyAssignor, stickyAssignor } from './sticky.ts';
