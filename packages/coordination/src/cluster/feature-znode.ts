import { encodeObject, isObject, numberAt, parseObject } from './json.ts';

/** `/feature` version 2: levels that are finalized for the whole cluster. */
export interface FeatureZnode {
  readonly enabled: boolean;
  readonly levels: ReadonlyMap<string, number>;
}

export function encodeFeature(feature: FeatureZnode): Buffer {
  const features: Record<string, { max_version_level: number }> = {};
  for (const [name, level] of feature.levels) features[name] = { max_version_level: level };
  return encodeObject({ features, version: 2, status: feature.enabled ? 1 : 0 });
}

export function decodeFeature(data: Uint8Array | null): FeatureZnode | undefined {
  const json = parseObject(data);
  if (json === undefined || !isObject(json.features)) return undefined;
  const levels = new Map<string, number>();
  for (const [name, value] of Object.entries(json.features)) {
    const level = isObject(value) ? numberAt(value, 'max_version_level') : undefined;
    if (level === undefined) return undefined;
    levels.set(name, level);
  }
  return { enabled: numberAt(json, 'status') === 1, levels };
}
