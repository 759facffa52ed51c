import { encodeObject, isObject, numberAt, parseObject, stringAt } from './json.ts';
import type { ConfigEntityType } from './paths.ts';

/** `/config/<type>/<name>`: text values only. */
export function encodeConfig(config: ReadonlyMap<string, string>): Buffer {
  const values: Record<string, string> = {};
  for (const [key, value] of config) values[key] = value;
  return encodeObject({ version: 1, config: values });
}

/** A missing or empty node is an empty config; undefined when the JSON is of another kind. */
export function decodeConfig(data: Uint8Array | null): Map<string, string> | undefined {
  const config = new Map<string, string>();
  if (data === null || data.length === 0) return config;
  const json = parseObject(data);
  if (json === undefined || !isObject(json.config)) return undefined;
  for (const [key, value] of Object.entries(json.config)) {
    if (typeof value !== 'string') return undefined;
    config.set(key, value);
  }
  return config;
}

/** `/config/changes/config_change_<seq>`: says which config node to read again. */
export function encodeConfigChange(entityPath: string): Buffer {
  return encodeObject({ version: 2, entity_path: entityPath });
}

/** The entity path, e.g. `topics/a` or `users/u/clients/c`. Version 1 knew topics and clients only; anything else is ignored. */
export function decodeConfigChange(data: Uint8Array | null): string | undefined {
  const json = parseObject(data);
  if (json === undefined) return undefined;
  if (numberAt(json, 'version') === 2) return stringAt(json, 'entity_path');
  const type = stringAt(json, 'entity_type');
  const name = stringAt(json, 'entity_name');
  return (type === 'topics' || type === 'clients') && name !== undefined ? `${type}/${name}` : undefined;
}

export function entityPath(type: ConfigEntityType, name: string): string {
  return `${type}/${name}`;
}
