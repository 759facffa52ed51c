/**
 * Who leads, and which ISR comes with it (Kafka's Election and PartitionLeaderElectionAlgorithms). `live` are the
 * assigned replicas that could lead now, in assignment order.
 */
export interface ElectionInput {
  readonly assignment: readonly number[];
  readonly isr: readonly number[];
  readonly isLive: (broker: number) => boolean;
}

export interface Elected {
  readonly leader: number;
  readonly isr: readonly number[];
  /** The leader was not in sync: committed records may be lost. */
  readonly unclean: boolean;
}

/** The leader is gone: the first in assignment that lives and is in sync, else, when allowed, the first that lives. */
export function electOffline(input: ElectionInput, allowUnclean: boolean): Elected | undefined {
  const { assignment, isr, isLive } = input;
  const clean = assignment.find((broker) => isLive(broker) && isr.includes(broker));
  if (clean !== undefined) return { leader: clean, isr: isr.filter(isLive), unclean: false };
  const unclean = allowUnclean ? assignment.find(isLive) : undefined;
  return unclean === undefined ? undefined : { leader: unclean, isr: [unclean], unclean: true };
}

/** A reassignment took the leader's place away: the first target that lives and is in sync. */
export function electReassigned(input: ElectionInput, target: readonly number[]): Elected | undefined {
  const leader = target.find((broker) => input.isLive(broker) && input.isr.includes(broker));
  return leader === undefined ? undefined : { leader, isr: input.isr, unclean: false };
}

/** The head of the assignment, when it lives and is in sync. */
export function electPreferred(input: ElectionInput): Elected | undefined {
  const [leader] = input.assignment;
  if (leader === undefined || !input.isLive(leader) || !input.isr.includes(leader)) return undefined;
  return { leader, isr: input.isr, unclean: false };
}

/** A broker goes down in order: `isLive` includes brokers that are shutting down, `leaving` says which. */
export function electForShutdown(input: ElectionInput, leaving: ReadonlySet<number>): Elected | undefined {
  const { assignment, isr, isLive } = input;
  const leader = assignment.find((broker) => isLive(broker) && isr.includes(broker) && !leaving.has(broker));
  if (leader === undefined) return undefined;
  return { leader, isr: isr.filter((broker) => !leaving.has(broker)), unclean: false };
}
