import type { Coordination, CoordinationErrorCode, MultiOp, MultiResult } from '@ottla/coordination';
import { paths } from '@ottla/coordination/cluster';

/** Ops of one multi: bounds its size (a state node is ~120 bytes, ZooKeeper takes 1 MiB) and what fails together. */
const OPS_PER_MULTI_MAX = 512;
const BYTES_PER_MULTI_MAX = 512 * 1024;

/** Another controller was elected, or the session is gone: this one must stop at once. */
export class ControllerMovedError extends Error {
  override readonly name = 'ControllerMovedError';
}

export type GroupOutcome =
  | { readonly ok: true; readonly results: readonly MultiResult[] }
  | { readonly ok: false; readonly code: CoordinationErrorCode; readonly failedOp: number };

/**
 * Writes that hold only while this controller reigns: each goes out in one multi with a check of the version that
 * `/controller_epoch` had at the election.
 */
export class FencedWriter {
  readonly #coordination: Coordination;
  readonly #check: MultiOp;
  readonly #onStorageFailed: () => void;

  /** `onStorageFailed`: the store refused a write for lack of space; the same one may succeed later. */
  constructor(coordination: Coordination, epochVersion: number, onStorageFailed: () => void = () => undefined) {
    this.#coordination = coordination;
    this.#onStorageFailed = onStorageFailed;
    this.#check = { op: 'check', path: paths.CONTROLLER_EPOCH, version: epochVersion };
  }

  /** One group of ops, all or nothing. */
  async write(group: readonly MultiOp[]): Promise<GroupOutcome> {
    const outcome = await this.#coordination.multi([this.#check, ...group]);
    if (outcome.ok) return { ok: true, results: outcome.results.slice(1) };
    if (outcome.failedOp === 0 || outcome.code === 'SessionExpired') {
      throw new ControllerMovedError(`a write to ${group[0]?.path ?? '/'} was refused: ${outcome.code}`);
    }
    if (outcome.code === 'StorageFailed') this.#onStorageFailed();
    return { ok: false, code: outcome.code, failedOp: (outcome.failedOp ?? 1) - 1 };
  }

  /** Many groups, each all or nothing, packed into few multis. A multi that fails is repeated group by group. */
  async writeAll(groups: readonly (readonly MultiOp[])[]): Promise<GroupOutcome[]> {
    const packed = await Promise.all(pack(groups).map((bundle) => this.#writeBundle(bundle)));
    return packed.flat();
  }

  async #writeBundle(groups: readonly (readonly MultiOp[])[]): Promise<GroupOutcome[]> {
    const outcome = await this.write(groups.flat());
    if (outcome.ok) {
      let next = 0;
      return groups.map((group) => {
        next += group.length;
        return { ok: true, results: outcome.results.slice(next - group.length, next) };
      });
    }
    if (groups.length === 1) return [outcome];
    return Promise.all(groups.map((group) => this.write(group)));
  }
}

function pack(groups: readonly (readonly MultiOp[])[]): (readonly MultiOp[])[][] {
  const bundles: (readonly MultiOp[])[][] = [];
  let bundle: (readonly MultiOp[])[] = [];
  let ops = 0;
  let bytes = 0;
  for (const group of groups) {
    const groupBytes = group.reduce((sum, op) => sum + op.path.length + dataBytes(op), 0);
    if (bundle.length > 0 && (ops + group.length > OPS_PER_MULTI_MAX || bytes + groupBytes > BYTES_PER_MULTI_MAX)) {
      bundles.push(bundle);
      bundle = [];
      ops = 0;
      bytes = 0;
    }
    bundle.push(group);
    ops += group.length;
    bytes += groupBytes;
  }
  if (bundle.length > 0) bundles.push(bundle);
  return bundles;
}

function dataBytes(op: MultiOp): number {
  return op.op === 'create' || op.op === 'set' ? (op.data?.length ?? 0) : 0;
}
