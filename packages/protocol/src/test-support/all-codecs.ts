import * as generated from '../generated/index.ts';
import type { AnyMessageCodec } from '../message-codec.ts';

function isCodec(value: unknown): value is AnyMessageCodec {
  return typeof value === 'object' && value !== null && 'decode' in value && 'encode' in value;
}

/** Every codec by name. */
export function allCodecs(): Map<string, AnyMessageCodec> {
  const codecs = new Map<string, AnyMessageCodec>();
  for (const [name, value] of Object.entries<unknown>(generated)) if (isCodec(value)) codecs.set(name, value);
  return codecs;
}
