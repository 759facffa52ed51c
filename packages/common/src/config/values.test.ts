import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigDef } from './config-def.ts';
import { Password } from './config-type.ts';
import { BROKER_CONFIG_DEF, GROUP_CONFIG_DEF, TOPIC_CONFIG_DEF } from './definitions.ts';
import { releaseOrdinal } from './release-version.ts';
import { formatConfigValue, formatJavaDouble, parseConfigValue, parseJavaDouble } from './values.ts';

describe('doubles', () => {
  // Double.toString(Double.parseDouble(text)) of Java 17; undefined: NumberFormatException.
  test.each([
    ['0.5', '0.5'],
    ['1', '1.0'],
    ['100', '100.0'],
    ['1e7', '1.0E7'],
    ['9999999', '9999999.0'],
    ['12345678.9', '1.23456789E7'],
    ['0.001', '0.001'],
    ['0.0009', '9.0E-4'],
    ['1.7976931348623157E308', '1.7976931348623157E308'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['-Infinity', '-Infinity'],
    ['-0.0', '-0.0'],
    ['1e21', '1.0E21'],
    ['0.1f', '0.1'],
    ['4.9E-324', '4.9E-324'],
    ['2e-3', '0.002'],
    ['0x1p3', '8.0'],
    ['-0x1.8p1', '-3.0'],
    ['.5', '0.5'],
    ['5.', '5.0'],
    ['+.5', '0.5'],
    ['1D', '1.0'],
    ['1e400', 'Infinity'],
    ['123456789012345680', '1.2345678901234568E17'],
    ['1_0', undefined],
    ['1e', undefined],
    ['infinity', undefined],
    ['', undefined],
    ['.', undefined],
    ['0x.p1', undefined],
  ])('%s', (text, expected) => {
    const value = parseJavaDouble(text);
    expect(value === undefined ? undefined : formatJavaDouble(value)).toBe(expected);
  });

  test('text round-trips', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseJavaDouble(formatJavaDouble(value))).toBe(value);
      }),
    );
  });
});

describe('values', () => {
  test.each([
    ['INT', '2147483647', '-2147483648'],
    ['SHORT', '32767', '-32768'],
    ['LONG', '9223372036854775807', '-9223372036854775808'],
  ] as const)('%s has the range of Java', (type, max, min) => {
    for (const text of [max, min]) expect(formatConfigValue(parseConfigValue('x', text, type), type)).toBe(text);
    for (const text of [String(BigInt(max) + 1n), String(BigInt(min) - 1n), '', '1.0']) {
      const expected = `Invalid value ${text} for configuration x: Not a number of type ${type}`;
      expect(() => parseConfigValue('x', text, type)).toThrow(expected);
    }
  });

  test('lists and passwords', () => {
    expect(parseConfigValue('x', ' a , b,,c ', 'LIST')).toEqual(['a', 'b', '', 'c']);
    expect(parseConfigValue('x', ' ', 'LIST')).toEqual([]);
    expect(formatConfigValue(['a', 'b'], 'LIST')).toBe('a,b');
    const password = parseConfigValue('x', ' secret ', 'PASSWORD');
    expect(password instanceof Password && password.reveal()).toBe('secret');
    expect(JSON.stringify({ password })).toBe('{"password":"[hidden]"}');
    expect(formatConfigValue(password, 'PASSWORD')).toBe('[hidden]');
  });
});

describe('ConfigDef', () => {
  const def = new ConfigDef(
    'a|INT|high|(required)|[0,...,5]|\nb|STRING|low|x|non-empty string|\nc|LONG|low|null||internal\n',
  );

  test('parses a whole set, and names what is missing', () => {
    expect(() => def.parse(new Map())).toThrow('Missing required configuration "a" which has no default value.');
    expect(() => def.parse(new Map([['a', '6']]))).toThrow(
      'Invalid value 6 for configuration a: Value must be no more than 5',
    );
    const values = def.parse(
      new Map([
        ['a', '5'],
        ['z', 'unknown'],
      ]),
    );
    expect([...values]).toEqual([
      ['a', 5],
      ['b', 'x'],
      ['c', null],
    ]);
    expect(() => def.key('b')?.parse(' ')).toThrow('Invalid value  for configuration b: String must be non-empty');
    expect([def.key('a')?.isRequired, def.key('c')?.isInternal, def.key('z')]).toEqual([true, true, undefined]);
  });

  test.each([
    [BROKER_CONFIG_DEF, 406],
    [TOPIC_CONFIG_DEF, 37],
    [GROUP_CONFIG_DEF, 17],
  ])('every default that is not null passes its own type: %#', (definition, count) => {
    expect(definition.names()).toHaveLength(count);
    for (const name of definition.names()) {
      const key = definition.key(name);
      expect(key?.name).toBe(name);
      expect(formatConfigValue(key?.defaultValue ?? null, key?.type ?? 'STRING')).toBe(key?.defaultText);
      if (key?.brokerProperty !== undefined) expect(BROKER_CONFIG_DEF.has(key.brokerProperty)).toBe(true);
    }
  });
});

describe('group properties', () => {
  test.each([
    ['latest', true],
    ['earliest', true],
    ['by_duration:PT1H', true],
    ['by_duration:P3DT2H5M1.5S', true],
    ['by_duration:P', false],
    ['by_duration:PT', false],
    ['by_duration:1h', false],
    ['by_duration:pt1h', true],
    ['by_duration:PT.5S', false],
    ['by_duration:PT-1H', false],
    ['BY_DURATION:PT1H', false],
    ['LATEST', false],
    ['none', false],
  ])('share.auto.offset.reset=%s', (text, valid) => {
    const parse = () => GROUP_CONFIG_DEF.key('share.auto.offset.reset')?.parse(text);
    if (valid) expect(parse()).toBe(text);
    else expect(parse).toThrow(`Invalid value ${text} for configuration share.auto.offset.reset`);
  });
});

test('releases are in order, a release without revision is its last', () => {
  const order = ['0.8.2', '0.9.0', '0.10.0-IV0', '0.10.0', '0.11.0.3', '1.0', '2.0-IV1', '2.8', '3.9', '4.0-IV1'];
  const ordinals = order.map((version) => releaseOrdinal(version) ?? -1);
  expect(ordinals).toEqual([...ordinals].sort((a, b) => a - b));
  expect(releaseOrdinal('3.3')).toBe(releaseOrdinal('3.3-IV3'));
  expect(['4.0', '3', '5.0', '3.3-IV4', ''].map(releaseOrdinal)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
