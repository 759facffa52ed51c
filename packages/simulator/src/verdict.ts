export type FailureKind = 'crash' | 'liveness' | 'correctness';

/** Why a run failed: the broker fell over, got stuck, or broke a promise. `check` names the invariant. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  readonly kind: FailureKind;
  readonly check: string;

  constructor(kind: FailureKind, check: string, message: string, cause?: unknown) {
    super(`${kind} (${check}): ${message}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.check = check;
  }
}

/** The first failure of a run. Whoever finds one reports it here and throws it, so that nothing goes on as if all were well. */
export class Verdict {
  #failure: SimulationFailure | undefined;

  get failure(): SimulationFailure | undefined {
    return this.#failure;
  }

  fail(kind: FailureKind, check: string, message: string, cause?: unknown): never {
    const failure = new SimulationFailure(kind, check, message, cause);
    this.#failure ??= failure;
    throw failure;
  }

  /** A promise of Kafka's: `message` is asked for only when it is broken. */
  require(holds: boolean, check: string, message: () => string): void {
    if (!holds) this.fail('correctness', check, message());
  }

  /** An error nobody expected, wherever it surfaced. */
  crashed(where: string, error: unknown): void {
    if (error instanceof SimulationFailure) this.#failure ??= error;
    else this.#failure ??= new SimulationFailure('crash', 'unexpected-error', `${where}: ${textOf(error)}`, error);
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${textOf(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}
