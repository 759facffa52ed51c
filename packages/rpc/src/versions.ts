import type { RpcApi } from './api.ts';

/** The version ranges a broker listed in ApiVersions. */
export class ApiRanges {
  readonly #ranges = new Map<number, { readonly min: number; readonly max: number }>();

  readonly #features = new Map<string, number>();

  constructor(
    keys: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[],
    features: readonly { readonly name: string; readonly maxVersionLevel: number }[] = [],
  ) {
    for (const key of keys) this.#ranges.set(key.apiKey, { min: key.minVersion, max: key.maxVersion });
    for (const { name, maxVersionLevel } of features) this.#features.set(name, maxVersionLevel);
  }

  /** The finalized level of a feature such as `transaction.version` (KIP-584); 0 when it has none. */
  feature(name: string): number {
    return this.#features.get(name) ?? 0;
  }

  /** API keys with their versions, ascending. */
  entries(): [apiKey: number, range: { readonly min: number; readonly max: number }][] {
    return [...this.#ranges].sort(([a], [b]) => a - b);
  }

  range(apiKey: number): { readonly min: number; readonly max: number } | undefined {
    return this.#ranges.get(apiKey);
  }

  /** The highest version that both sides know; undefined when there is none. */
  pick(api: RpcApi<never, unknown>): number | undefined {
    const range = this.#ranges.get(api.request.apiKey);
    if (range === undefined) return undefined;
    const version = Math.min(range.max, api.request.maxVersion);
    return version >= Math.max(range.min, api.request.minVersion) ? version : undefined;
  }
}
