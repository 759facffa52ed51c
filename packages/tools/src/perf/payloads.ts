/** What the producer perf tool sends. */

import { NodeDisk } from '@ottla/platform/node';
import { JavaError } from '../cli/java-error.ts';
import { readText } from '../cli/kafka-client.ts';
import { absolutePath } from '../server/paths.ts';

/** The next value; it may be the same buffer with other bytes. */
export type Payloads = () => Uint8Array;

const LETTERS = 26;
const FIRST_LETTER = 65;

/** Letters A to Z, of `size` bytes, new ones each time; the same ones in each run. */
export function letterPayloads(size: number): Payloads {
  const pairs = new Uint16Array(LETTERS * LETTERS);
  const pair = Buffer.from(pairs.buffer);
  for (let at = 0; at < pairs.length; at++) {
    pair[2 * at] = FIRST_LETTER + (at % LETTERS);
    pair[2 * at + 1] = FIRST_LETTER + Math.floor(at / LETTERS);
  }
  // Four letters for each number that is drawn.
  const words = new Uint16Array(2 * Math.ceil(size / 4));
  const payload = new Uint8Array(words.buffer, 0, size);
  let seed = 1;
  return () => {
    for (let at = 0; at < words.length; at += 2) {
      // Marsaglia's xorshift32.
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      words[at] = pairs[((seed >>> 16) * pairs.length) >>> 16];
      words[at + 1] = pairs[((seed & 0xff_ff) * pairs.length) >>> 16];
    }
    return payload;
  };
}

export interface PayloadFile {
  readonly file: string;
  /** A regular expression, as it is for Java. */
  readonly delimiter: string;
  /** What the tool calls its parts: messages before 4.x. */
  readonly called: 'messages' | 'records';
}

/** 0, 1, 2 and so on. */
export function countingPayloads(): Payloads {
  let next = 0;
  return () => Buffer.from(String(next++));
}

/** Any of these. */
export function chosenPayloads(payloads: readonly Uint8Array[], random: () => number): Payloads {
  return () => payloads[Math.floor(random() * payloads.length)] ?? new Uint8Array();
}

/** The parts of a file of text. Throws JavaError for a file without any. */
export async function readPayloads(
  { file, delimiter, called }: PayloadFile,
  print: (text: string) => void,
): Promise<Uint8Array[]> {
  print(`Reading payloads from: ${absolutePath(file)}\n`);
  const text = await readText({ disk: new NodeDisk() }, file);
  if (text === undefined || text === '')
    throw new JavaError('java.lang.IllegalArgumentException', 'File does not exist or empty file provided.');
  const parts = text.split(patternOf(delimiter));
  if (called === 'messages') while (parts.at(-1) === '') parts.pop();
  else {
    // 4.x reads on from delimiter to delimiter, so that only what is outside of the first and the last one is nothing.
    if (parts[0] === '') parts.shift();
    if (parts.at(-1) === '') parts.pop();
  }
  print(`Number of ${called} read: ${parts.length}\n`);
  return parts.map((part) => Buffer.from(part));
}

function patternOf(delimiter: string): RegExp | string {
  try {
    return new RegExp(delimiter, 'u');
  } catch {
    return delimiter;
  }
}
