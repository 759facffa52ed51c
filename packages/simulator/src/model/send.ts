/**
 * What became of a record: `pending` until the answer; `unknown` when there will be none; `refused` when the broker said
 * that it is not in the log; `lost` when a power loss took it, as it may take what was not flushed.
 */
export type SendState = 'pending' | 'acked' | 'unknown' | 'refused' | 'lost';

/** One record of a producer. */
export class Send {
  /** In its value, unique in a run. */
  readonly id: string;
  /** Sent again on an unknown outcome by a producer that is not idempotent, or under a new epoch: may be in the log twice. */
  mayRepeat: boolean;
  state: SendState = 'pending';
  /** -1 until it is known. */
  offset = -1;

  constructor(id: string, mayRepeat: boolean) {
    this.id = id;
    this.mayRepeat = mayRepeat;
  }
}

const END_OF_ID = '|';

/** A value that begins with the record's id. */
export function valueOf(id: string, padding: string): Buffer {
  return Buffer.from(id + END_OF_ID + padding);
}

/** The id in a record's value; undefined when it is none of ours. */
export function idOf(value: Buffer | null): string | undefined {
  const end = value?.indexOf(END_OF_ID) ?? -1;
  return end < 0 ? undefined : value?.toString('latin1', 0, end);
}
