import type { TopicPartitionOffset } from '@ottla/client';
import { ToolError } from '../cli/tool.ts';

/** The JSON of --offset-json-file. Throws with Java's texts. */
export function parseOffsetFile(text: string): TopicPartitionOffset[] {
  const json = parse(text);
  if (!isObject(json)) throw new ToolError('The input string is not a valid JSON');
  const { version = 1, partitions } = json;
  if (version !== 1) throw new ToolError(`Not supported version field value ${String(version)}`);
  if (!Array.isArray(partitions)) throw new ToolError('Missing partitions field');
  const places = partitions.map((each: unknown) => {
    const from = isObject(each) ? each : {};
    return {
      topic: String(field(from, 'topic')),
      partition: numberField(from, 'partition'),
      offset: numberField(from, 'offset'),
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(from: Record<string, unknown>, name: string): unknown {
  if (from[name] === undefined) throw new ToolError(`No such field exists: \`${name}\``);
  return from[name];
}

function numberField(from: Record<string, unknown>, name: string): number {
  const value = field(from, name);
  if (!Number.isSafeInteger(value))
    throw new ToolError(`Expected an integer for \`${name}\`, got ${JSON.stringify(value)}`);
  return Number(value);
}
