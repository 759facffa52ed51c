/* Reads schemas/ and writes src/generated/. Run by scripts/generate.mjs, which decides whether there is anything to do. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitFile } from './emit-message.ts';
import { emitShapes } from './emit-shapes.ts';
import { type ErrorEntry, emitApiCodecs, emitApiKeys, emitErrorCodes } from './emit-tables.ts';
import { type Api, type Message, parseFile } from './schema.ts';

const HEADER = '/* Made by packages/protocol/generator from packages/protocol/schemas: change those instead. */\n';

function kebab(name: string): string {
  return name
    .replace('KRaft', 'Kraft')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
}

/** The source files by name. */
export function generate(schemasFolder: string): Map<string, string> {
  const files = new Map<string, string>();
  const apis: Api[] = [];
  const records: Message[] = [];
  const owners = new Map<string, string>();
  const add = (fileName: string, messages: readonly Message[]): void => {
    for (const message of messages) {
      for (const struct of [message, ...message.structs]) {
        for (const name of [struct.name, `${struct.name}Init`]) {
          const owner = owners.get(name);
          if (owner !== undefined) throw new Error(`${name} is in both ${owner} and ${fileName}`);
          owners.set(name, fileName);
        }
      }
    }
    files.set(`${fileName}.ts`, emitFile(HEADER, messages));
  };
  for (const folder of [schemasFolder, join(schemasFolder, 'records')]) {
    for (const name of jsonFiles(folder)) {
      if (name === 'errors.json') continue;
      try {
        const file = parseFile(JSON.parse(readFileSync(join(folder, name), 'utf8')));
        if ('api' in file) {
          apis.push(file.api);
          add(kebab(file.api.name), [file.api.request, file.api.response]);
        } else {
          records.push(file.message);
          add(kebab(file.message.name), [file.message]);
        }
      } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  }
  apis.sort((a, b) => a.apiKey - b.apiKey);
  const errors: { errors: ErrorEntry[] } = JSON.parse(readFileSync(join(schemasFolder, 'errors.json'), 'utf8'));
  const messageFiles = [...files.keys()];
  files.set('api-key.ts', HEADER + emitApiKeys(apis));
  files.set('error-code.ts', HEADER + emitErrorCodes(errors.errors));
  files.set('record-shapes.ts', HEADER + emitShapes(records));
  files.set('api-codecs.ts', HEADER + emitApiCodecs(apis, kebab));
  const exported = ['api-key.ts', 'error-code.ts', 'api-codecs.ts', ...messageFiles];
  files.set('index.ts', HEADER + exported.map((name) => `export * from './${name}';\n`).join(''));
  return files;
}

export function writeGenerated(schemasFolder: string, target: string): number {
  const files = generate(schemasFolder);
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) if (!files.has(name)) rmSync(join(target, name), { recursive: true });
  // Files that stay the same keep their time: compilers and watchers look at it.
  for (const [name, code] of files) {
    const path = join(target, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== code) writeFileSync(path, code);
  }
  return files.size;
}
