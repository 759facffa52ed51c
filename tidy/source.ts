import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const SKIPPED = new Set(['node_modules', 'dist', 'generated', '.git', 'schemas', 'vectors', '.cache', 'vendor']);

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** All files below `folder` whose name ends in one of `endings`, without what is generated or fetched. */
export function sourceFiles(folder: string, endings: readonly string[]): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (directory: string): void => {
    for (const name of readdirSync(directory).sort()) {
      if (SKIPPED.has(name)) continue;
      const path = join(directory, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (endings.some((ending) => name.endsWith(ending))) {
        files.push({ path: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') });
      }
    }
  };
  walk(join(ROOT, folder));
  return files;
}

/** The code without comments, strings and template text, so that a rule looks at code only. Line breaks stay. */
export function codeOnly(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g,
    (match) => {
      if (match[0] !== '`') return match.replace(/[^\n]/g, ' ');
      // Code inside ${...} of a template still counts.
      return (match.match(/\$\{[^{}]*\}/g) ?? []).join(' ') + '\n'.repeat(match.split('\n').length - 1);
    },
  );
}

export function packageOf(path: string): string {
  return path.split('/')[1] ?? '';
}

export const isTest = (path: string): boolean => /\.test(-d)?\.ts$|\/test-support\//.test(path);

/** Module specifiers of static and dynamic imports and re-exports. */
export function importsOf(text: string): string[] {
  const found: string[] = [];
  const withoutComments = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/[^\n]*/g, '$1');
  for (const match of withoutComments.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s+['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g,
  )) {
    const specifier = match[1] ?? match[2] ?? match[3];
    if (specifier !== undefined) found.push(specifier);
  }
  return found;
}
