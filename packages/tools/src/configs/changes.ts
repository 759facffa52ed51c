/** What --add-config and --delete-config say. */
import { ToolError } from '../cli/tool.ts';

const KEY = /^[a-zA-Z0-9._-]*$/;
/** Not within brackets. */
const OUTSIDE = '(?=[^\\]]*(?:\\[|$))';
const COMMA = new RegExp(`,${OUTSIDE}`);
const EQUALS = new RegExp(`\\s*=\\s*${OUTSIDE}`);

/** `name=value,list=[a,b]` */
export function parseAdded(text: string): Map<string, string> {
  const pairs = withoutTail(text.split(COMMA)).map((part) => part.split(EQUALS));
  if (pairs.some((pair) => pair.length !== 2))
    throw new ToolError(
      'requirement failed: Invalid entity config: all configs to be added must be in the format "key=val".',
    );
  return new Map(pairs.map(([name = '', value = '']) => [name.trim(), value.replaceAll(/[[\]]/g, '').trim()]));
}

export function parseDeleted(text: string | undefined): string[] {
  return text === undefined ? [] : withoutTail(text.split(',')).map((name) => name.trim());
}

/** Java's split drops empty parts at the end, unless there was nothing to split. */
function withoutTail(parts: readonly string[]): readonly string[] {
  return parts.length === 1 ? parts : parts.slice(0, parts.findLastIndex((part) => part !== '') + 1);
}

export function checkKeys(names: Iterable<string>): void {
  for (const name of names) if (!KEY.test(name)) throw new ToolError(`Invalid character found for config key: ${name}`);
}

export interface ScramPassword {
  readonly iterations: number;
  readonly password: string;
}

const ITERATIONS_DEFAULT = 4096;
const ITERATIONS_MAX = 16_384;

/** `[iterations=8192,]password=secret` */
export function parseScram(mechanism: string, text: string): ScramPassword {
  const match = /^(?:iterations=(-?[0-9]*),)?password=(.*)$/.exec(text);
  if (match === null) throw new ToolError(`Invalid credential property ${mechanism.replaceAll('-', '_')}=${text}`);
  const [, given = '', password = ''] = match;
  const iterations = given === '' || given === '-1' ? ITERATIONS_DEFAULT : Number(given);
  if (iterations < ITERATIONS_DEFAULT)
    throw new ToolError(`Iterations ${given} is less than the minimum ${ITERATIONS_DEFAULT} required for ${mechanism}`);
  if (iterations > ITERATIONS_MAX)
    throw new ToolError(`Iterations ${given} is greater than the maximum ${ITERATIONS_MAX} required for ${mechanism}`);
  return { iterations, password };
}
