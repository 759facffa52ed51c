/* Messages that Apache Kafka serialised (see vectors/README.md): ours must read the same values and write the same bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeFromBuffer, encodeToBuffer } from './index.ts';
import { allCodecs } from './test-support/all-codecs.ts';

const file = join(import.meta.dirname, '../vectors/vectors.tsv');

const codecs = allCodecs();

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How Kafka's JSON converters show a decoded value; fields that they leave out are added by `same`. */
function same(found: unknown, json: unknown, path: string): void {
  if (Buffer.isBuffer(found)) {
    // The converters show records as nothing.
    if (!path.endsWith('ecords')) expect(found.toString('base64'), path).toBe(json);
  } else if (typeof found === 'bigint') {
    expect(String(found), path).toBe(json);
  } else if (Array.isArray(found)) {
    expect(Array.isArray(json) ? json.length : json, path).toBe(found.length);
    if (Array.isArray(json)) found.forEach((element, i) => same(element, json[i], `${path}[${i}]`));
  } else if (isObject(found)) {
    if (!isObject(json)) throw new Error(`${path}: ${JSON.stringify(json)}`);
    for (const [key, value] of Object.entries(json)) {
      const size = /^(.*)SizeInBytes$/.exec(key)?.[1];
      const bytes = size === undefined ? undefined : found[size];
      if (Buffer.isBuffer(bytes)) expect(bytes.length, `${path}.${key}`).toBe(value);
      else same(found[RENAMED.get(`${path}.${key}`.replace(/\[\d+\]/g, '')) ?? key], value, `${path}.${key}`);
    }
  } else {
    expect(Number.isNaN(found) ? 'NaN' : found, path).toBe(json);
  }
}

/** Messages whose class has another name than their schema. */
const RENAMED_MESSAGES = new Map([
  ['ListClientMetricsResourcesRequest', 'ListConfigResourcesRequest'],
  ['ListClientMetricsResourcesResponse', 'ListConfigResourcesResponse'],
  ['DefaultPrincipal', 'DefaultPrincipalData'],
]);

/** Fields that later versions of Kafka renamed; the bytes stayed. */
const RENAMED = new Map([
  ['TxnOffsetCommitRequest.generationId', 'generationIdOrMemberEpoch'],
  ['ListConfigResourcesResponse.clientMetricsResources', 'configResources'],
  ['ListConfigResourcesResponse.clientMetricsResources.name', 'resourceName'],
  ['StreamsGroupHeartbeatResponse.acceptableRecoveryLag', 'acceptableRecoveryLagLegacy'],
]);

const lines = readFileSync(file, 'utf8').trimEnd().split('\n');

test(`${lines.length} messages of Apache Kafka read and write alike`, () => {
  for (const line of lines) {
    const [className, versionText, hex, json] = line.split('\t');
    const name = RENAMED_MESSAGES.get(className) ?? className;
    const codec = codecs.get(name);
    if (codec === undefined) throw new Error(`no codec for ${name}`);
    const version = Number(versionText);
    const bytes = Buffer.from(hex, 'hex');
    try {
      const value = decodeFromBuffer(codec, bytes, version);
      same(value, JSON.parse(json), name);
      expect(encodeToBuffer(codec, value, version).toString('hex')).toBe(hex);
    } catch (error) {
      throw new Error(`${name} v${version} ${hex} ${json}`, { cause: error });
    }
  }
});
