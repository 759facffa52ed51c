import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Message, parseFile } from '#generator/schema.ts';
import type { AnyMessageCodec } from '../message-codec.ts';
import { allCodecs } from './all-codecs.ts';

export interface Subject {
  readonly message: Message;
  readonly codec: AnyMessageCodec;
  readonly version: number;
}

/** Every version of every message. */
export function allSubjects(): Subject[] {
  const codecs = allCodecs();
  const folder = join(import.meta.dirname, '../../schemas');
  const subjects: Subject[] = [];
  for (const inside of [folder, join(folder, 'records')]) {
    for (const name of readdirSync(inside)) {
      if (!name.endsWith('.json') || name === 'errors.json') continue;
      const file = parseFile(JSON.parse(readFileSync(join(inside, name), 'utf8')));
      for (const message of 'api' in file ? [file.api.request, file.api.response] : [file.message]) {
        const codec = codecs.get(message.name);
        if (codec === undefined) throw new Error(`no codec for ${message.name}`);
        for (let version = message.versions.low; version <= message.versions.high; version++) {
          subjects.push({ message, codec, version });
        }
      }
    }
  }
  return subjects;
}
