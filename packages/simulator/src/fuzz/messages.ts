/**
 * Every message in every version. The inputs start as zeros and grow by what decodes: whoever reads further than all before
 * it is kept. What decodes must encode to the same bytes; what does not must be a ProtocolError; neither may depend on bytes
 * outside the frame.
 */
import * as protocol from '@ottla/protocol';
import { type AnyMessageCodec, ProtocolError, Reader } from '@ottla/protocol';
import { type Dice, mutated } from './dice.ts';
import { Corpus, expectKnown, FuzzFailure, type Subject } from './subject.ts';

const MARGIN = 16;
const ROUNDS = 50;

function isCodec(value: unknown): value is AnyMessageCodec {
  return (
    typeof value === 'object' && value !== null && 'decode' in value && 'encode' in value && 'flexibleFrom' in value
  );
}

interface Case {
  readonly codec: AnyMessageCodec;
  readonly version: number;
  readonly corpus: Corpus;
}

export function messages(): Subject {
  const cases: Case[] = [];
  for (const codec of Object.values<unknown>(protocol).filter(isCodec)) {
    for (let version = codec.minVersion; version <= codec.maxVersion; version++) {
      cases.push({ codec, version, corpus: new Corpus(Buffer.alloc(4), Buffer.alloc(64), Buffer.alloc(300)) });
    }
  }
  return {
    name: `messages (${cases.length} versions)`,
    round(dice) {
      const one = dice.oneOf(cases);
      for (let round = 0; round < ROUNDS; round++) oneMessage(one, dice);
    },
  };
}

function oneMessage({ codec, version, corpus }: Case, dice: Dice): void {
  const input = mutated(corpus.pick(dice), dice);
  const what = `${codec.name} v${version} of ${input.toString('hex')}`;
  const within = Buffer.concat([Buffer.alloc(MARGIN, 0xdb), input, Buffer.alloc(MARGIN, dice.below(256))]);
  const reader = new Reader(within, MARGIN, MARGIN + input.length);
  let value: unknown;
  try {
    value = codec.decode(reader, version);
  } catch (error) {
    expectKnown(error, [ProtocolError], what);
    corpus.offer(input, `read ${reader.offset}`, dice);
    return;
  }
  const end = reader.offset - MARGIN;
  if (end > input.length) throw new FuzzFailure(`${what}: read up to ${end} of ${input.length} bytes`);
  corpus.offer(input, `whole ${end}`, dice);
  const again = protocol.encodeToBuffer(codec, value, version);
  if (!again.equals(input.subarray(0, end))) throw new FuzzFailure(`${what}: encodes to ${again.toString('hex')}`);
}
