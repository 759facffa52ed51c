import { describe, expect, test } from 'vitest';
import { formatHelp } from './help.ts';
import { OptionParser } from './option-parser.ts';

const parser = new OptionParser([
  { name: 'topic', argument: 'required', description: 'The topic.' },
  { name: 'partitions', argument: 'required', type: 'Integer', description: 'How many.' },
  { name: 'codec', argument: 'optional', description: 'The codec.' },
  { name: 'list', description: 'List.' },
  { name: 'offset', argument: 'required', defaultsTo: 'latest', description: 'Where.' },
]);

describe('options as jopt-simple reads them', () => {
  test.each([
    ['two dashes', ['--topic', 'a']],
    ['an equals sign', ['--topic=a']],
    ['one dash', ['-topic', 'a']],
    ['one dash and an equals sign', ['-topic=a']],
  ])('a value after %s', (_, args) => {
    expect(parser.parse(args).value('topic')).toBe('a');
  });

  test('a required argument takes the next word even when it looks like an option', () => {
    expect(parser.parse(['--topic', '--list']).value('topic')).toBe('--list');
  });

  test('an optional argument does not', () => {
    const options = parser.parse(['--codec', '--list']);
    expect(options.has('codec') && !options.hasArgument('codec') && options.has('list')).toBe(true);
  });

  test('repeats add up, and asking for one of several is an error', () => {
    const options = parser.parse(['--topic', 'a', '--topic', 'b']);
    expect(options.values('topic')).toEqual(['a', 'b']);
    expect(() => options.value('topic')).toThrow(
      'Found multiple arguments for option topic, but you asked for only one',
    );
  });

  test('a default stands in for what was not given, and does not count as given', () => {
    const options = parser.parse([]);
    expect(options.value('offset')).toBe('latest');
    expect(options.has('offset')).toBe(false);
  });

  test.each([
    [['--nope'], 'nope is not a recognized option'],
    [['--topic'], 'Option topic requires an argument'],
  ])('%j: %s', (args, message) => {
    expect(() => parser.parse(args)).toThrow(message);
  });

  test('a value of another type is told when it is asked for', () => {
    const options = parser.parse(['--partitions', 'x']);
    expect(() => options.number('partitions')).toThrow("Cannot parse argument 'x' of option partitions");
  });

  test('nothing behind -- is an option', () => {
    expect(parser.parse(['--list', '--', '--topic', 'a']).has('topic')).toBe(false);
  });
});

describe('the help page', () => {
  test('pads both columns and wraps at 80, continuing with two spaces', () => {
    const help = formatHelp([
      {
        name: 'bootstrap-server',
        argument: 'required',
        describedAs: 'server to connect to',
        description: 'Where the cluster is reached, and a text that is long enough to be wrapped.',
      },
      { name: 'list', description: 'List.' },
    ]);
    expect(help).toBe(
      [
        'Option                                   Description                            ',
        '------                                   -----------                            ',
        '--bootstrap-server <String: server to    Where the cluster is reached, and a    ',
        '  connect to>                              text that is long enough to be       ',
        '                                           wrapped.                             ',
        '--list                                   List.                                  ',
        '',
      ].join('\n'),
    );
  });
});
