const NAMES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;

/** The name that Kafka's tools show for the state's number in a record of __transaction_state. */
export function transactionStateName(id: number): string {
  return NAMES[id] ?? `Unknown(${id})`;
}
