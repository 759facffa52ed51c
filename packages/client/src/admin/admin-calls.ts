import type { Cluster } from '../network/cluster.ts';
import { operation } from '../network/operation.ts';
import type { CallOptions } from '../options.ts';
import { Calls } from './calls.ts';

/** What every method of Admin runs in: a deadline, a signal, the ways to ask. */
export abstract class AdminCalls {
  readonly #cluster: Cluster;

  constructor(owner: Cluster) {
    this.#cluster = owner;
  }

  protected run<T>(what: string, options: CallOptions, body: (calls: Calls) => Promise<T>): Promise<T> {
    return operation(this.#cluster, what, options, (op) => body(new Calls(this.#cluster, op)));
  }
}
