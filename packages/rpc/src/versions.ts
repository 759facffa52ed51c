import type { RpcApi } from './api.ts';

/** The version ranges a broker listed in ApiVersions. */
export class ApiRanges {
  readonly #ranges = new Map<number, { readonly min: number; readonly max: number }>();

  constructor(keys: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[]) {
    for (const key of keys) this.#ranges.set(key.apiKey, { min: key.minVersion, max: key.maxVersion });
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
