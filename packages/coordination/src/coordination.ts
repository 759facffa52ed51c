/**
 * One tree of znodes with ZooKeeper's semantics, whatever stands behind it: a version per node, ephemerals bound to a
 * session, sequential names, one-shot watches, `multi` all or nothing, one order of changes (zxid).
 *
 * A write is answered after it is durable to the store's promise; answers come in the order of zxids. A watch fires
 * once, after the change, before any answer that a later read of this client would give. On expiry no data watch
 * fires: the session listener tells. `ConnectionLoss` means the outcome is unknown and the caller reads back.
 */
export interface Coordination {
  readonly session: Session;
  /** Undefined data and null are both "no data"; Kafka writes null for its folders. */
  create(path: string, data: Buffer | null, options?: CreateOptions): Promise<Outcome<CreateResult>>;
  get(path: string, watch?: Watch): Promise<Outcome<GetResult>>;
  /** Also watches for the creation of a node that is not there. */
  exists(path: string, watch?: Watch): Promise<Outcome<ExistsResult>>;
  /** Names are in no particular order. The watch fires on a child's creation or removal, and on the node's removal. */
  children(path: string, watch?: Watch): Promise<Outcome<ChildrenResult>>;
  /** `version` -1 matches any. */
  set(path: string, data: Buffer | null, version: number): Promise<Outcome<SetResult>>;
  delete(path: string, version: number): Promise<Outcome<Empty>>;
  /** All or nothing. A failure names the op in `failedOp`. */
  multi(ops: readonly MultiOp[]): Promise<Outcome<MultiResults>>;
  /** Answers once everything that was committed before the call is visible to this client. */
  sync(path: string): Promise<Outcome<Empty>>;
  /** Returns the function that removes the listener. */
  onSession(listener: (state: SessionState) => void): () => void;
  /** Ends the session: its ephemerals go at once. */
  close(): Promise<void>;
}

export interface Session {
  readonly id: string;
  readonly state: SessionState;
}

/** `suspended`: connection lost, the session may still live. `expired` is final, also after `close`. */
export type SessionState = 'connected' | 'suspended' | 'expired';

export interface CreateOptions {
  readonly ephemeral?: boolean;
  /** Appends ten digits: the number of children the parent has ever had. */
  readonly sequential?: boolean;
}

/** ZooKeeper's Stat. `ephemeralOwner` is the session's id, null for a persistent node. */
export interface Stat {
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly ctimeMs: number;
  readonly mtimeMs: number;
  readonly version: number;
  readonly cversion: number;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly ephemeralOwner: string | null;
}

// biome-ignore lint/complexity/noBannedTypes: an answer that carries nothing
export type Empty = {};
export interface CreateResult {
  readonly path: string;
  readonly stat: Stat;
}
export interface GetResult {
  readonly data: Buffer | null;
  readonly stat: Stat;
}
export interface ExistsResult {
  readonly stat: Stat | null;
}
export interface ChildrenResult {
  readonly names: string[];
  readonly stat: Stat;
}
export interface SetResult {
  readonly stat: Stat;
}
export interface MultiResults {
  readonly results: MultiResult[];
}

export type Outcome<T> = ({ readonly ok: true } & T) | Failure;

export interface Failure {
  readonly ok: false;
  readonly code: CoordinationErrorCode;
  readonly path: string;
  /** Index of the op of a `multi` that failed. */
  readonly failedOp?: number;
}

export type CoordinationErrorCode =
  | 'NoNode'
  | 'NodeExists'
  | 'BadVersion'
  | 'NotEmpty'
  | 'NoChildrenForEphemerals'
  | 'InvalidPath'
  | 'TooLarge'
  | 'ConnectionLoss'
  | 'SessionExpired'
  | 'StorageFailed';

export type MultiOp = CreateOp | SetOp | DeleteOp | CheckOp;
export interface CreateOp extends CreateOptions {
  readonly op: 'create';
  readonly path: string;
  readonly data: Buffer | null;
}
export interface SetOp {
  readonly op: 'set';
  readonly path: string;
  readonly data: Buffer | null;
  readonly version: number;
}
export interface DeleteOp {
  readonly op: 'delete';
  readonly path: string;
  readonly version: number;
}
export interface CheckOp {
  readonly op: 'check';
  readonly path: string;
  readonly version: number;
}

/**
 * A create within a multi answers without a Stat (ZooKeeper 3.8 has none there): whoever needs the czxid adds a `set`
 * with version 0 to the same multi and reads it from that answer, as Kafka does.
 */
export type MultiResult =
  | { readonly op: 'create'; readonly path: string }
  | { readonly op: 'set'; readonly stat: Stat }
  | { readonly op: 'delete' }
  | { readonly op: 'check' };

export interface WatchEvent {
  readonly type: 'created' | 'deleted' | 'data' | 'children';
  readonly path: string;
}
export type Watch = (event: WatchEvent) => void;
