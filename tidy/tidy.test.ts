import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CORE, FLOORS, FORBIDDEN_GLOBALS, LINES_MAX, TASK_ONLY } from './rules.ts';
import { codeOnly, importsOf, isTest, packageOf, ROOT, type SourceFile, sourceFiles } from './source.ts';

interface AllowList {
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly globals?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly sizes: Readonly<Record<string, string>>;
}
const allow = JSON.parse(readFileSync(join(ROOT, 'tidy.allow.json'), 'utf8')) as AllowList;
const sources = sourceFiles('packages', ['.ts']);
const core = sources.filter(
  (file) => CORE.some((name) => name === packageOf(file.path)) && file.path.includes('/src/') && !isTest(file.path),
);

describe('the house', () => {
  test('imports point down', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const home = packageOf(file.path);
      const below = FLOORS[home];
      if (below === undefined) {
        wrong.push(`${file.path}: package ${home} is not in tidy/rules.ts`);
        continue;
      }
      for (const specifier of importsOf(file.text)) {
        const target = /^@ottla\/([\w-]+)/.exec(specifier)?.[1];
        if (target === undefined || target === home || below.includes(target)) continue;
        if (isTest(file.path) && (target === 'testkit' || target === 'simulator')) continue;
        wrong.push(`${file.path}: ${home} may not import ${target}`);
      }
      for (const specifier of importsOf(file.text)) {
        if (specifier.startsWith('.') && specifier.includes('/packages/'))
          wrong.push(`${file.path}: reach ${specifier} through its package name`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a package lists what it imports in its package.json, and nothing else', () => {
    const wrong: string[] = [];
    for (const [name] of Object.entries(FLOORS)) {
      const manifest = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>;
      };
      const listed = Object.keys(manifest.dependencies ?? {}).filter((dependency) => dependency.startsWith('@ottla/'));
      const imports = (files: readonly SourceFile[]): Set<string> =>
        new Set(
          files
            .filter((file) => packageOf(file.path) === name)
            .flatMap((file) => importsOf(file.text))
            .map((specifier) => /^@ottla\/[\w-]+/.exec(specifier)?.[0] ?? '')
            .filter((specifier) => specifier !== '' && specifier !== `@ottla/${name}`),
        );
      const used = imports(sources.filter((file) => !isTest(file.path)));
      const usedByTests = imports(sources);
      for (const dependency of used)
        if (!listed.includes(dependency)) wrong.push(`packages/${name}: uses ${dependency} without listing it`);
      for (const dependency of listed)
        if (!usedByTests.has(dependency)) wrong.push(`packages/${name}: lists ${dependency} without using it`);
    }
    expect(wrong).toEqual([]);
  });

  test('the core imports only what lies below it and what the allow list names', () => {
    const wrong: string[] = [];
    for (const file of core) {
      for (const specifier of importsOf(file.text)) {
        if (specifier.startsWith('.') || specifier.startsWith('@ottla/')) continue;
        if (allow.imports[file.path]?.[specifier] === undefined) wrong.push(`${file.path}: imports ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('the core touches no forbidden global', () => {
    const wrong: string[] = [];
    const patterns = FORBIDDEN_GLOBALS.map((name) => ({
      name,
      pattern: new RegExp(`(?<![\\w.$#'"])${name.replace('.', '\\.')}(?![\\w$]|\\s*:|\\s*\\?:)`),
    }));
    for (const file of core) {
      const code = codeOnly(file.text);
      for (const { name, pattern } of patterns) {
        if (!pattern.test(code) || allow.globals?.[file.path]?.[name] !== undefined) continue;
        // A parameter, property or local of that name is not the global.
        const local = `(?:const|let|function|#|readonly|import \\{[^}]*)\\s*${name}\\b|\\b${name}[,)]?\\s*(?::|=>)|\\{[^{}]*\\b${name}\\b[^{}]*\\}\\s*=(?!=)`;
        if (new RegExp(local).test(code)) continue;
        wrong.push(`${file.path}: uses ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('asynchronous code of storage, coordination and broker lives in *.task.ts', () => {
    const wrong: string[] = [];
    for (const file of core) {
      if (!TASK_ONLY.some((name) => name === packageOf(file.path)) || file.path.endsWith('.task.ts')) continue;
      if (/(?<![\w.$])(async|await)\s/.test(codeOnly(file.text))) wrong.push(file.path);
    }
    expect(wrong).toEqual([]);
  });

  test(`no file is longer than ${LINES_MAX} lines without a reason`, () => {
    const long = [...sources, ...sourceFiles('scripts', ['.mjs']), ...sourceFiles('tidy', ['.ts'])]
      .filter((file) => file.text.split('\n').length > LINES_MAX && allow.sizes[file.path] === undefined)
      .map((file) => `${file.path}: ${file.text.split('\n').length}`);
    expect(long).toEqual([]);
  });

  test('every exception is still needed', () => {
    const listed = [...Object.keys(allow.imports), ...Object.keys(allow.globals ?? {}), ...Object.keys(allow.sizes)];
    expect(listed.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('nothing unfinished is left behind', () => {
    const words = new RegExp(`\\b(${['FIX', 'TO'].map((half, index) => half + ['ME', 'DO'][index]).join('|')}|XXX)\\b`);
    const found = [
      ...sources,
      ...sourceFiles('scripts', ['.mjs', '.sh']),
      ...sourceFiles('conformance', ['.mjs', '.py', '.go', '.java', '.sh']),
    ]
      .filter((file) => words.test(file.text))
      .map((file) => file.path);
    expect(found).toEqual([]);
  });

  test('every package has a README of its own', () => {
    expect(Object.keys(FLOORS).filter((name) => !existsSync(join(ROOT, 'packages', name, 'README.md')))).toEqual([]);
  });

  test('the scripts in bin/ are what their template writes', () => {
    const result = spawnSync(process.execPath, [join(ROOT, 'scripts', 'bin-scripts.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect(result.stderr).toBe('');
  });
});
