import type { FatalFailure } from '@ottla/platform/node';

/** The broker came to an end that would have ended its process. `cause` is what it failed on, where there is something. */
export class BrokerFailedError extends Error {
  override readonly name = 'BrokerFailedError';
  /** The exit code that its process would have had. */
  readonly exitCode: number;

  constructor({ code, reason, error }: FatalFailure) {
    super(`The broker failed: ${reason}`, { cause: error });
    this.exitCode = code;
  }
}
