import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environmentProperties } from './environment.ts';
import { readProperties, writeProperties } from './properties.ts';

describe('.properties', () => {
  // What java.util.Properties of Java 17 reads.
  test.each([
    ['a=b', { a: 'b' }],
    ['a = b', { a: 'b' }],
    ['a:b', { a: 'b' }],
    ['a b', { a: 'b' }],
    ['a\\ b=c', { 'a b': 'c' }],
    ['a\\=b=c', { 'a=b': 'c' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['=b', { '': 'b' }],
    ['#c\na=1', { a: '1' }],
    ['!c\na=1', { a: '1' }],
    ['a=1\\\n   2', { a: '12' }],
    ['a=1\\\\\nb=2', { a: '1\\', b: '2' }],
    ['a=\\u00e9\\u4E2D', { a: 'é中' }],
    ['a=\\t\\n\\r\\f\\q', { a: '\t\n\r\fq' }],
    ['  a  =  b  ', { a: 'b  ' }],
    ['a==b', { a: '=b' }],
    ['a=:b', { a: ':b' }],
    ['a\tb', { a: 'b' }],
    ['a=1\r\nb=2\rc=3', { a: '1', b: '2', c: '3' }],
    ['a=1\na=2', { a: '2' }],
    ['a=\\', { a: '' }],
    ['a\\', { a: '' }],
    ['a=1\\\n#x', { a: '1#x' }],
    ['#x\\\na=1', { a: '1' }],
    ['\n\n  \na=1', { a: '1' }],
    ['a=\\\n\n b=2', { a: '', b: '2' }],
    ['a\\:b=c', { 'a:b': 'c' }],
    ['a b=c', { a: 'b=c' }],
    ['a   :   b', { a: 'b' }],
    ['a=\\ b', { a: ' b' }],
    ['a=b\\ ', { a: 'b ' }],
    ['key\\\n=v', { key: 'v' }],
    ['a=\\uD83D\\uDE00', { a: '😀' }],
    ['  \\\n a=1', { a: '1' }],
    ['a=1\\\n\\\n2', { a: '12' }],
    ['\\#a=1', { '#a': '1' }],
    ['a=x#y', { a: 'x#y' }],
    ['\fa=1', { a: '1' }],
  ])('%j', (text, expected) => {
    expect(Object.fromEntries(readProperties(text))).toEqual(expected);
  });

  test.each(['a=\\u12', 'a=\\uXYZW'])('a broken escape is refused: %s', (text) => {
    expect(() => readProperties(text)).toThrow('Malformed \\uxxxx encoding.');
  });

  test('bytes are UTF-8 where they can be, else ISO-8859-1', () => {
    expect(readProperties(Buffer.from('a=é中')).get('a')).toBe('é中');
    expect(readProperties(Buffer.from('a=\xe9', 'latin1')).get('a')).toBe('é');
  });

  // What java.util.Properties.store of Java 17 writes.
  test.each([
    [{ 'a b': ' c d' }, 'a\\ b=\\ c d\n'],
    [{ 'k=': 'v:', '#a': '!b' }, 'k\\==v\\:\n\\#a=\\!b\n'],
    [{ é: '中\t\n\\\u0001~\u007f' }, '\\u00E9=\\u4E2D\\t\\n\\\\\\u0001~\\u007F\n'],
    [{ a: '  x ' }, 'a=\\  x \n'],
    [{ '': '' }, '=\n'],
  ])('%j is written as Java does', (entries, expected) => {
    expect(writeProperties(Object.entries(entries))).toBe(expected);
  });

  test('comments are lines of their own', () => {
    expect(writeProperties([['a', '1']], ['x\ny é\n#z\n!w', 'Sat Nov 21 05:34:45 UTC 2026', ''])).toBe(
      '#x\n#y é\n#z\n!w\n#Sat Nov 21 05:34:45 UTC 2026\n#\na=1\n',
    );
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (entries) => {
        const text = writeProperties(Object.entries(entries), ['written\nby a test']);
        expect(new Map(Object.entries(entries))).toEqual(readProperties(text));
        expect(text).toMatch(/^[\x20-\x7e\n]*$/);
      }),
    );
  });
});

describe('environment', () => {
  const environment = {
    OTTLA_ENV_CONFIG: '1',
    KAFKA_CFG_LOG_RETENTION_HOURS: '5',
    KAFKA_NUM_PARTITIONS: '3',
    KAFKA_CFG_NUM_PARTITIONS: '4',
    KAFKA_CFG_MY__OWN___THING: 'x',
    KAFKA_ZOOKEEPER_CLIENTCNXNSOCKET: 'y',
    KAFKA_LISTENER_NAME_EXTERNAL_MAX_CONNECTIONS: '7',
    KAFKA_HEAP_OPTS: '-Xmx1G',
    KAFKA_LOG4J_OPTS: '-Dx',
    KAFKA_OPTS: '-Dy',
    KAFKA_PORT: 'tcp://10.0.0.1:9092',
    KAFKA_PORT_9092_TCP: 'tcp://10.0.0.1:9092',
    KAFKA_SERVICE_HOST: '10.0.0.1',
    PATH: '/bin',
  };

  test('names properties as the common images do, and leaves alone what is none', () => {
    expect(Object.fromEntries(environmentProperties(environment))).toEqual({
      'log.retention.hours': '5',
      'num.partitions': '4',
      'my_own-thing': 'x',
      'zookeeper.clientCnxnSocket': 'y',
      'listener.name.external.max.connections': '7',
    });
    expect(
      environmentProperties({ OTTLA_ENV_CONFIG: '1', KAFKA_PORT: '9093', KAFKA_ADVERTISED_HOST_NAME: 'h' }),
    ).toEqual(
      new Map([
        ['advertised.host.name', 'h'],
        ['port', '9093'],
      ]),
    );
  });

  test('says nothing unless it is asked to', () => {
    expect(environmentProperties({ ...environment, OTTLA_ENV_CONFIG: undefined }).size).toBe(0);
  });
});
