/** kafka-dump-log.sh: what is in the files of a log directory. Kafka's DumpLogSegments of 3.9. */
import { basename, dirname, extname, join, resolve } from 'node:path';
import { DiskError } from '@ottla/platform';
import { NodeDisk } from '@ottla/platform/node';
import type { ParsedOptions } from '../cli/option-parser.ts';
import { TextOutput } from '../cli/text-output.ts';
import { type Tool, ToolError, type ToolIo } from '../cli/tool.ts';
import { parseOrHelp, requireOptions } from '../cli/usage.ts';
import {
  type DumpedFile,
  dumpOffsetIndex,
  dumpProducerSnapshot,
  dumpTimeIndex,
  dumpTransactionIndex,
  type IndexOptions,
} from './dump-indexes.ts';
import { dumpRecords, type RecordsOptions } from './dump-records.ts';
import {
  clusterMetadataParser,
  decodingParser,
  type MessageParser,
  offsetsParser,
  shareStateParser,
  transactionLogParser,
} from './message-parsers.ts';
import { PURPOSE, parser } from './options.ts';
import { Problems } from './problems.ts';

export const kafkaDumpLog: Tool = async (args, io) => {
  const options = parseOrHelp(parser, args, PURPOSE, (text) => io.stdout.write(text), 'message alone');
  if (options === undefined) return 0;
  requireOptions(parser, options, 'files');
  const dump = new Dump(options, io);
  try {
    for (const shown of (options.value('files') ?? '').split(',')) {
      if (io.signal.aborted) break;
      await dump.file(shown);
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new ToolError(
      error.code === 'ENOENT' ? `java.nio.file.NoSuchFileException: ${error.path}` : `${error.path}: ${error.message}`,
    );
  } finally {
    dump.output.flush();
  }
  io.stderr.write(dump.problems.text());
  return 0;
};

class Dump {
  readonly output: TextOutput;
  readonly problems = new Problems();
  readonly #disk = new NodeDisk();
  readonly #io: ToolIo;
  readonly #options: ParsedOptions;
  readonly #index: IndexOptions;

  constructor(options: ParsedOptions, io: ToolIo) {
    this.output = new TextOutput(io.stdout);
    this.#io = io;
    this.#options = options;
    this.#index = {
      sanityOnly: options.has('index-sanity-check'),
      verifyOnly: options.has('verify-index-only'),
      maxMessageSize: options.number('max-message-size') ?? 0,
    };
  }

  async file(shown: string): Promise<void> {
    const path = resolve(shown);
    const name = basename(path);
    const stem = name.split('.')[0] ?? '';
    const file: DumpedFile = { shown, path, baseOffset: Number(stem), segment: join(dirname(path), stem) };
    this.output.print(`Dumping ${shown}\n`);
    const suffix = extname(name);
    switch (suffix) {
      case '.log':
      case '.checkpoint': {
        const options = recordsOptions(this.#options, (line) => this.output.print(line));
        this.output.print(headLine(name, suffix, file.baseOffset));
        return await dumpRecords(this.#disk, file, options, this.output, this.problems);
      }
      case '.index':
        return await dumpOffsetIndex(this.#disk, file, this.#index, this.output, this.problems);
      case '.timeindex':
        return await dumpTimeIndex(this.#disk, file, this.#index, this.output, this.problems);
      case '.txnindex':
        return await dumpTransactionIndex(this.#disk, file, this.output);
      case '.snapshot':
        return await dumpProducerSnapshot(this.#disk, file, this.output, (text) => this.#io.stderr.write(text));
      default:
        this.#io.stderr.write(`Ignoring unknown file ${shown}\n`);
    }
  }
}

function headLine(name: string, suffix: string, baseOffset: number): string {
  if (suffix === '.log') {
    if (!Number.isSafeInteger(baseOffset))
      throw new ToolError(
        `${name}: the name of a log segment begins with its first offset, as in 00000000000000000000.log`,
      );
    return `Log starting offset: ${baseOffset}\n`;
  }
  if (name === 'bootstrap.checkpoint') return 'KRaft bootstrap snapshot\n';
  const [, offset, epoch] = /^(\d+)-(\d+)\.checkpoint$/.exec(name) ?? [];
  if (offset === undefined)
    throw new ToolError(
      `${name}: the name of a snapshot is its end offset and epoch, as in 00000000000000000010-0000000001.checkpoint`,
    );
  return `Snapshot end offset: ${Number(offset)}, epoch: ${Number(epoch)}\n`;
}

/** Once for each log: what it warns of is told each time. */
function recordsOptions(options: ParsedOptions, warn: (line: string) => void): RecordsOptions {
  const chosen = chosenParser(options, warn);
  const printsContent = options.has('print-data-log') || chosen.isNamed;
  return {
    isDeep: options.has('deep-iteration') || printsContent,
    printsContent,
    skipsMetadata: options.has('skip-record-metadata'),
    maxBytes: options.number('max-bytes') ?? 0,
    parser: chosen.parser,
  };
}

/** In Kafka's order of preference. `isNamed`: a decoder was asked for. */
function chosenParser(
  options: ParsedOptions,
  warn: (line: string) => void,
): { parser: MessageParser; isNamed: boolean } {
  const named: readonly (readonly [string, MessageParser])[] = [
    ['offsets-decoder', offsetsParser],
    ['transaction-log-decoder', transactionLogParser],
    ['cluster-metadata-decoder', clusterMetadataParser],
    ['share-group-state-decoder', shareStateParser],
  ];
  const [, found] = named.find(([name]) => options.has(name)) ?? [];
  if (found !== undefined) return { parser: found, isNamed: true };
  if (options.has('remote-log-metadata-decoder'))
    throw new ToolError('--remote-log-metadata-decoder is not built yet: Ottla has no remote log metadata topic');
  const keyClass = options.value('key-decoder-class');
  const valueClass = options.value('value-decoder-class');
  return {
    parser: decodingParser(keyClass, valueClass, warn),
    isNamed: options.has('key-decoder-class') || options.has('value-decoder-class'),
  };
}
