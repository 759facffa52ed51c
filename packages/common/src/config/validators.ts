import { ConfigException } from './config-exception.ts';
import type { ConfigType, ConfigValue } from './config-type.ts';
import { isReleaseVersion } from './release-version.ts';
import { formatConfigValue } from './values.ts';

/** Throws ConfigException with Kafka's text when the value is out of what its property allows. */
export type Validator = (name: string, value: ConfigValue) => void;

/** The validator that Kafka prints as `valid`, e.g. `[1,...,17]`, `[compact, delete]`; undefined for anything goes. */
export function validatorOf(valid: string, type: ConfigType): Validator | undefined {
  const range = /^\[(-?[0-9.]+),\.\.\.(?:,(-?[0-9.]+))?\](?: or (-?[0-9]+))?$/.exec(valid);
  if (range !== null) {
    const [, min = '', max, other] = range;
    return other === undefined ? inRange(min, max, type) : inRangeOr(min, max ?? '', other, type);
  }
  const choice = /^(\(case insensitive\) )?\[(.*)\]$/.exec(valid);
  if (valid.startsWith('[partitionId]:')) return throttledReplicas;
  if (valid.includes('by_duration:')) return offsetReset;
  if (choice !== null) {
    const choices = (choice[2] ?? '').split(', ');
    return choice[1] === undefined ? oneOf(choices) : oneOfIgnoringCase(choices);
  }
  switch (valid) {
    case 'non-empty string':
      return nonEmptyString;
    case 'version':
      return releaseVersion;
    case '[-1,...] pool':
      return poolSize;
    default:
      return undefined;
  }
}

function inRange(min: string, max: string | undefined, type: ConfigType): Validator {
  const low = Number(min);
  const high = max === undefined ? Number.POSITIVE_INFINITY : Number(max);
  return (name, value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return;
    if (value < low) throw invalid(name, value, type, `Value must be at least ${min}`);
    if (value > high) throw invalid(name, value, type, `Value must be no more than ${max}`);
  };
}

function inRangeOr(min: string, max: string, other: string, type: ConfigType): Validator {
  return (name, value) => {
    if (typeof value !== 'number' || value === Number(other)) return;
    if (value < Number(min) || value > Number(max)) {
      throw invalid(name, value, type, `Value must be between ${min} and ${max} or equal to ${other}`);
    }
  };
}

function oneOf(choices: readonly string[]): Validator {
  return (name, value) => {
    for (const item of stringsOf(value)) {
      if (!choices.includes(item)) {
        throw ConfigException.invalid(name, item, `String must be one of: ${choices.join(', ')}`);
      }
    }
  };
}

function oneOfIgnoringCase(choices: readonly string[]): Validator {
  return (name, value) => {
    for (const item of stringsOf(value)) {
      if (!choices.includes(item.toUpperCase())) {
        throw ConfigException.invalid(name, item, `String must be one of (case insensitive): ${choices.join(', ')}`);
      }
    }
  };
}

/** A LIST is checked item by item. */
function stringsOf(value: ConfigValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
}

function nonEmptyString(name: string, value: ConfigValue): void {
  if (value === '') throw ConfigException.invalid(name, '', 'String must be non-empty');
}

function releaseVersion(name: string, value: ConfigValue): void {
  if (typeof value === 'string' && !isReleaseVersion(value)) {
    throw ConfigException.invalid(name, value, `Version ${value} is not a valid version`);
  }
}

function poolSize(name: string, value: ConfigValue): void {
  if (typeof value === 'number' && value !== -1 && value < 1) {
    throw ConfigException.invalid(name, String(value), 'Value can be -1 or greater than 0');
  }
}

/** ThrottledReplicaListValidator: `*`, nothing, or `partition:broker` items. */
function throttledReplicas(name: string, value: ConfigValue): void {
  const items = stringsOf(value);
  if (items.length === 1 && items[0] === '*') return;
  if (items.every((item) => /^[0-9]+:[0-9]+$/.test(item))) return;
  throw ConfigException.invalid(
    name,
    `[${items.join(', ')}]`,
    `${name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`,
  );
}

/** ShareGroupAutoOffsetResetStrategy's: latest, earliest, or `by_duration:` and an ISO-8601 duration that is not negative. */
function offsetReset(name: string, value: ConfigValue): void {
  if (typeof value !== 'string' || value === 'latest' || value === 'earliest') return;
  const [prefix, duration = ''] = value.split(/(?<=^by_duration:)/);
  const isDuration = /^P(?=.)(?:[0-9]+D)?(?:T(?=.)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]{0,9})?S)?)?$/i.test(
    duration,
  );
  if (prefix === 'by_duration:' && isDuration) return;
  throw ConfigException.invalid(
    name,
    value,
    `Invalid value \`${value}\` for configuration ${name}. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS.>'.`,
  );
}

function invalid(name: string, value: ConfigValue, type: ConfigType, reason: string): ConfigException {
  return ConfigException.invalid(name, formatConfigValue(value, type) ?? 'null', reason);
}
