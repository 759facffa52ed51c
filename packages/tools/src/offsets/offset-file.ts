import type { TopicPartitionOffset } from '@ottla/client';
import { ToolError } from '../cli/tool.ts';

/** The JSON of --offset-json-file. Throws with Java's texts. */
export function parseOffsetFile(text: string): TopicPartitionOffset[] {
  const json = parse(text);
  if (json === undefined) throw new ToolError('The input string is not a valid JSON');
  const { version = 1, partitions } = objectOf(json);
  if (number(version, 'Integer') !== 1)
    throw new ToolError(`Not supported version field value ${number(version, 'Integer')}`);
  if (partitions === undefined) throw new ToolError('Missing partitions field');
  if (!Array.isArray(partitions)) throw expected('JSON array', partitions);
  const places = partitions.map((each: unknown) => {
    const from = objectOf(each);
    const topic = field(from, 'topic');
    if (typeof topic !== 'string') throw expected('`String` value', topic);
    return {
      topic,
      partition: number(field(from, 'partition'), 'Integer'),
      offset: number(field(from, 'offset'), 'Long'),
    };
  });
  const names = places.map(({ topic, partition }) => `${topic}-${partition}`);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  if (twice.size > 0)
    throw new ToolError(`Offset json file contains duplicate topic partitions: ${[...twice].join(',')}`);
  return places;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw expected('JSON object', value);
}

function expected(what: string, value: unknown): ToolError {
  return new ToolError(`Expected ${what}, received ${JSON.stringify(value)}`);
}

function field(from: Record<string, unknown>, name: string): unknown {
  if (from[name] === undefined) throw new ToolError(`No such field exists: \`${name}\``);
  return from[name];
}

function number(value: unknown, type: 'Integer' | 'Long'): number {
  if (Number.isSafeInteger(value)) return Number(value);
  throw expected(`\`${type}\` value`, value);
}
