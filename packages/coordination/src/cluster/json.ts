/** A JSON object whose values are looked at one by one; undefined for anything else. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function parseObject(data: Uint8Array | null): JsonObject | undefined {
  if (data === null) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return undefined;
  }
  return isObject(value) ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function encodeObject(value: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function numberAt(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === 'number' ? value : undefined;
}

export function stringAt(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}

/** A list of broker ids. */
export function numbersIn(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers: number[] = [];
  for (const item of value) {
    if (typeof item !== 'number') return undefined;
    numbers.push(item);
  }
  return numbers;
}
