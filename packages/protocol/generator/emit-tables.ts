/* The tables: API keys, codecs by key, error codes. */
import type { Api } from './schema.ts';

export interface ErrorEntry {
  readonly code: number;
  readonly name: string;
  readonly retriable: boolean;
  /** Java: `Errors.X.message()`. */
  readonly message?: string;
}

export function emitApiKeys(apis: readonly Api[]): string {
  const highest = Math.max(...apis.map((api) => api.apiKey));
  const byKey = new Map(apis.map((api) => [api.apiKey, api]));
  const keys = Array.from({ length: highest + 1 }, (_, key) => byKey.get(key));
  for (const api of apis) {
    if (api.request.flexibleFrom !== api.response.flexibleFrom) {
      throw new Error(`${api.name}: request and response become flexible in different versions`);
    }
  }
  return (
    `/** The keys of all APIs by name. */\nexport const ApiKey = {\n${apis.map((api) => `  ${api.name}: ${api.apiKey},\n`).join('')}} as const;\n\n` +
    'export type ApiKey = (typeof ApiKey)[keyof typeof ApiKey];\n\n' +
    `/** Names by key. */\nexport const API_NAMES: readonly (string | undefined)[] = [${keys
      .map((api) => (api === undefined ? 'undefined' : `'${api.name}'`))
      .join(', ')}];\n\n` +
    `/** First flexible version by key; undefined where there is no such API. */\nexport const API_FLEXIBLE_FROM: readonly (number | undefined)[] = [${keys
      .map((api) => (api === undefined ? 'undefined' : String(api.request.flexibleFrom)))
      .join(', ')}];\n`
  );
}

export function emitApiCodecs(apis: readonly Api[], fileName: (name: string) => string): string {
  const imports = apis.map(
    (api) => `import { ${api.request.name}, ${api.response.name} } from './${fileName(api.name)}.ts';\n`,
  );
  const entries = apis.map((api) => {
    const { low, high } = api.request.versions;
    const listeners = api.listeners.map((listener) => `'${listener}'`).join(', ');
    return (
      `  [${api.apiKey}, { apiKey: ${api.apiKey}, name: '${api.name}', request: ${api.request.name}, response: ${api.response.name}, ` +
      `minVersion: ${low}, maxVersion: ${high}, latestVersionUnstable: ${api.latestVersionUnstable}, listeners: [${listeners}] }],\n`
    );
  });
  return (
    `import type { ApiCodec } from '../api-codec.ts';\n${imports.join('')}\n` +
    `/** Every API by its key. Importing this brings in every codec: where only some are needed, import those by name. */\n` +
    `export const API_CODECS: ReadonlyMap<number, ApiCodec> = /* @__PURE__ */ new Map<number, ApiCodec>([\n${entries.join('')}]);\n`
  );
}

export function emitErrorCodes(errors: readonly ErrorEntry[]): string {
  const sorted = [...errors].sort((a, b) => a.code - b.code);
  const members = sorted.map((error) => `  ${error.name}: ${error.code},\n`).join('');
  const first = sorted[0].code;
  sorted.forEach((error, i) => {
    if (error.code !== first + i) throw new Error(`error codes have a gap before ${error.code}`);
  });
  const list = (value: (error: ErrorEntry) => string) => sorted.map((error) => `  ${value(error)},\n`).join('');
  return (
    `/** Kafka's error codes, as they are on the wire (Java: org.apache.kafka.common.protocol.Errors). */\nexport const ErrorCode = {\n${members}} as const;\n\n` +
    'export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];\n\n' +
    `export const FIRST_ERROR_CODE = ${first};\n\n` +
    `/** From the first code on. */\nexport const ERROR_NAMES: readonly string[] = [\n${list((error) => `'${error.name}'`)}];\n\n` +
    `export const ERROR_MESSAGES: readonly string[] = [\n${list((error) => JSON.stringify(error.message ?? ''))}];\n\n` +
    `export const RETRIABLE_ERRORS: ReadonlySet<number> = /* @__PURE__ */ new Set([${sorted
      .filter((error) => error.retriable)
      .map((error) => error.code)
      .join(', ')}]);\n`
  );
}
