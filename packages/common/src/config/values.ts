import { parseInt64 } from '../int64.ts';
import { ConfigException } from './config-exception.ts';
import { type ConfigType, type ConfigValue, Password } from './config-type.ts';

/** The text of a property as a value of its type (ConfigDef.parseType). Throws ConfigException. */
export function parseConfigValue(name: string, text: string | null, type: ConfigType): ConfigValue {
  if (text === null) return null;
  const trimmed = javaTrim(text);
  switch (type) {
    case 'BOOLEAN': {
      const lower = trimmed.toLowerCase();
      if (lower === 'true') return true;
      if (lower === 'false') return false;
      throw ConfigException.invalid(name, text, 'Expected value to be either true or false');
    }
    case 'STRING':
    case 'CLASS':
      return trimmed;
    case 'PASSWORD':
      return new Password(trimmed);
    case 'LIST':
      return trimmed === '' ? [] : trimmed.split(/\s*,\s*/);
    case 'INT':
      return integer(name, text, trimmed, type, 2147483647);
    case 'SHORT':
      return integer(name, text, trimmed, type, 32767);
    case 'LONG': {
      const value = parseInt64(trimmed);
      if (value === undefined) throw notANumber(name, text, type);
      return value;
    }
    case 'DOUBLE': {
      const value = parseJavaDouble(trimmed);
      if (value === undefined) throw notANumber(name, text, type);
      return value;
    }
  }
}

/** A value as DescribeConfigs shows it (ConfigDef.convertToString); passwords as `[hidden]`. */
export function formatConfigValue(value: ConfigValue, type: ConfigType): string | null {
  if (value === null) return null;
  if (typeof value === 'number' && type === 'DOUBLE') return formatJavaDouble(value);
  if (typeof value === 'object' && !(value instanceof Password)) return value.join(',');
  return String(value);
}

/** Double.parseDouble: decimal or hexadecimal digits, an optional exponent and type suffix. Undefined when it throws. */
export function parseJavaDouble(text: string): number | undefined {
  const named = /^([+-]?)(NaN|Infinity)$/.exec(text);
  if (named !== null) return named[2] === 'NaN' ? Number.NaN : Number(text);
  if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[fFdD]?$/.test(text))
    return Number(text.replace(/[fFdD]$/, ''));
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)[fFdD]?$/.exec(text);
  if (hex === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent] = hex;
  if (whole === '' && fraction === '') return undefined;
  const digits = Number.parseInt(`${whole}${fraction}`, 16);
  return (sign === '-' ? -1 : 1) * digits * 2 ** (Number(exponent) - 4 * fraction.length);
}

/** Double.toString: always a fraction digit; scientific below 10^-3 and from 10^7 on. */
export function formatJavaDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  // Java gives two digits to the smallest double, where one would do.
  if (Math.abs(value) === Number.MIN_VALUE) return value < 0 ? '-4.9E-324' : '4.9E-324';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

function integer(name: string, text: string, trimmed: string, type: ConfigType, max: number): number {
  const value = parseInt64(trimmed);
  if (typeof value !== 'number' || value > max || value < -max - 1) throw notANumber(name, text, type);
  return value;
}

function notANumber(name: string, text: string, type: ConfigType): ConfigException {
  return ConfigException.invalid(name, text, `Not a number of type ${type}`);
}

/** String.trim: everything up to and including the space character. */
function javaTrim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 32) start++;
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return text.slice(start, end);
}
