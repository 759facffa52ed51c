/*
 * What to do with a record that a handler could not process: pieces for `run`'s `onError`, put together with `or`.
 *
 *   onError: retry({ times: 5 }).or(deadLetter(producer, 'orders.dlq'))
 */
import type { ErrorHandler, HandlerFailure, Verdict } from '../run.ts';

/** An `onError` that others can stand behind: they are asked about what this one passes on. */
export interface ErrorPolicy<R> extends ErrorHandler<R> {
  or<Other>(next: ErrorHandler<Other>): ErrorPolicy<R & Other>;
}

export function errorPolicy<R>(decide: ErrorHandler<R>): ErrorPolicy<R> {
  const policy = (failure: HandlerFailure<R>): Verdict | Promise<Verdict> => decide(failure);
  return Object.assign(policy, {
    or: <Other>(next: ErrorHandler<Other>): ErrorPolicy<R & Other> =>
      errorPolicy<R & Other>(async (failure) => {
        const verdict = await decide(failure);
        return verdict === 'pass' ? next(failure) : verdict;
      }),
  });
}
