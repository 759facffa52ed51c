// What the tests need on a machine that has never seen them. Everything is done once and kept in the cache.
// A part that cannot be had throws `Missing`: its cells are then skipped by name.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { jars } from '../peers/jars.mjs';
import { exactVersion } from '../peers/versions.mjs';
import { withFileLock } from './file-lock.mjs';
import { cacheDir, conformanceDir } from './places.mjs';
import { must, run } from './processes.mjs';

export class Missing extends Error {}

const clients = join(conformanceDir, 'clients');

/** @param {string} command @returns {boolean} */
const onPath = (command) =>
  (process.env.PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Runs each piece of set-up once in this process, however many cells ask for it. @type {Map<string, Promise<any>>} */
const begun = new Map();
/** @template T @param {string} key @param {() => Promise<T>} body @returns {Promise<T>} */
const once = (key, body) => {
  if (!begun.has(key)) begun.set(key, body());
  return /** @type {Promise<T>} */ (begun.get(key));
};

/** Debian's packages for the commands needed. The second name is tried where the first does not exist. */
const DEBIAN = {
  java: ['openjdk-17-jdk-headless', 'default-jdk-headless'],
  javac: ['openjdk-17-jdk-headless', 'default-jdk-headless'],
  mvn: ['maven'],
  python3: ['python3'],
  go: ['golang-go'],
  kcat: ['kcat', 'kafkacat'],
  cc: ['gcc libc6-dev'],
  'c++': ['g++'],
  make: ['make'],
};

/**
 * @param {string} what
 * @param {() => boolean} isThere
 * @param {string[]} packages the next one is tried where one does not help
 */
const installed = (what, isThere, packages) =>
  once(`installed ${what}`, async () => {
    if (isThere()) return;
    const mayInstall = process.getuid?.() === 0 && onPath('apt-get');
    if (!mayInstall) throw new Missing(`${what} is not installed (Debian: apt-get install ${packages[0]})`);
    await withFileLock(join(cacheDir, 'apt.lock'), async () => {
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await once('apt-get update', () => run('apt-get', ['update', '-qq'], { env, limitMs: 300_000 }));
      for (const name of packages) {
        if (isThere()) return;
        const install = ['install', '-y', '-qq', '--no-install-recommends', ...name.split(' ')];
        await run('apt-get', install, { env, limitMs: 600_000 });
      }
    });
    if (!isThere()) throw new Missing(`${what} could not be installed with apt-get (${packages.join(', ')})`);
  });

/** @param {keyof typeof DEBIAN} command @returns {Promise<void>} */
export const command = (command) => installed(command, () => onPath(command), DEBIAN[command]);

/** A C library's headers. @param {string} header @param {string} debian package */
export const header = (header, debian) => installed(header, () => existsSync(join('/usr/include', header)), [debian]);

/**
 * Builds into a folder of the cache that is named by what it is built from, so that a change builds anew.
 * @param {string} name
 * @param {(string | Buffer)[]} inputs
 * @param {(dir: string) => Promise<void>} build
 * @returns {Promise<string>} the folder
 */
export function built(name, inputs, build) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input).update('\0');
  const home = join(cacheDir, 'clients', `${name}-${hash.digest('hex').slice(0, 12)}`);
  return once(home, async () => {
    if (existsSync(join(home, '.done'))) return home;
    return withFileLock(`${home}.lock`, async () => {
      if (existsSync(join(home, '.done'))) return home;
      rmSync(home, { recursive: true, force: true });
      mkdirSync(home, { recursive: true });
      await build(home);
      writeFileSync(join(home, '.done'), '');
      return home;
    });
  });
}

/** @param {string} dir @returns {string[]} paths of its files */
export const files = (dir) =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(dir, entry.name))
    .sort();

/** @param {string} dir @returns {Buffer[]} contents of its files */
export const contents = (dir) => files(dir).map((path) => readFileSync(path));

/** Kafka's servers and tools of this version. @param {string} version @returns {Promise<string>} */
export async function kafka(version) {
  await command('java');
  await command('mvn');
  return once(`kafka ${version}`, () => jars(version));
}

/**
 * The Java client program against this version of kafka-clients.
 * @param {string} version
 * @param {string[]} folders of clients/java whose sources fit it
 * @returns {Promise<string>} its class path
 */
export async function javaClient(version, folders) {
  await command('javac');
  await command('mvn');
  const lib = join(await once(`clients ${version}`, () => jars(version, 'clients')), '*');
  const sources = folders.flatMap((folder) => files(join(clients, 'java', folder)));
  const inputs = [exactVersion(version), ...sources.map((path) => readFileSync(path))];
  const dir = await built(`java-${version}`, inputs, async (home) => {
    await must('javac', ['-nowarn', '-cp', lib, '-d', home, ...sources]);
  });
  return [dir, lib].join(delimiter);
}

/** Classes that a broker of this version loads. @param {string} version @param {string} folder of clients/java @returns {Promise<string>} */
export async function javaPlugin(version, folder) {
  await command('javac');
  const lib = join(await kafka(version), '*');
  const sources = files(join(clients, 'java', folder));
  const inputs = [exactVersion(version), ...sources.map((path) => readFileSync(path))];
  return built(`java-${folder}`, inputs, (home) => must('javac', ['-nowarn', '-cp', lib, '-d', home, ...sources]));
}

/** A virtual environment with what `requirements` lists. @param {string} requirements file in clients/python @returns {Promise<string>} its python */
export async function python(requirements) {
  const hasVenv = () => spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0;
  await installed('python3 with venv', hasVenv, ['python3-venv']);
  const file = join(clients, 'python', requirements);
  const dir = await built(`python-${requirements.replace('.txt', '')}`, [readFileSync(file)], async (home) => {
    const venv = join(home, 'venv');
    await must('python3', ['-m', 'venv', venv], { limitMs: 180_000 });
    await must(join(venv, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', '-r', file], {
      limitMs: 600_000,
    });
  });
  return join(dir, 'venv/bin/python');
}

/**
 * A Go client program: the shared file, the library's own, and the module that pins the library.
 * @param {string} module folder in clients/go with go.mod and go.sum
 * @param {string} source folder in clients/go with main.go
 * @param {Record<string, string>} [replace] import paths to write differently: old sarama lived elsewhere
 * @returns {Promise<string>} the program
 */
export async function goClient(module, source, replace = {}) {
  await command('go');
  const from = join(clients, 'go');
  let main = readFileSync(join(from, source, 'main.go'), 'utf8');
  for (const [path, other] of Object.entries(replace)) main = main.replaceAll(path, other);
  const common = readFileSync(join(from, 'common', 'common.go'));
  const dir = await built(`go-${module}`, [main, common, ...contents(join(from, module))], async (home) => {
    for (const name of ['go.mod', 'go.sum']) cpSync(join(from, module, name), join(home, name));
    writeFileSync(join(home, 'main.go'), main);
    writeFileSync(join(home, 'common.go'), common);
    const args = ['build', '-buildvcs=false', '-o', 'program', '.'];
    const made = await run('go', args, { cwd: home, env: { GOWORK: 'off' }, limitMs: 900_000 });
    if (made.code === 0) return;
    if (/requires go >= |invalid go version|unknown block type: toolchain|toolchain not available/.test(made.stderr)) {
      throw new Missing(`this Go is too old for ${module}: ${made.stderr.trim().split('\n')[0]}`);
    }
    throw new Error(`go build of ${module}: ${made.stderr.slice(-2000)}`);
  });
  return join(dir, 'program');
}

/** A C program. @param {string} name @param {string} source path @param {string[]} [flags] @returns {Promise<string>} the program */
export async function cProgram(name, source, flags = []) {
  await command('cc');
  const dir = await built(name, [readFileSync(source), ...flags], async (home) => {
    await must('cc', ['-O2', '-Wall', ...flags, '-o', join(home, name), source]);
  });
  return join(dir, name);
}

/** A C library to be preloaded. @param {string} name @param {string} source path @returns {Promise<string>} the library */
export const cLibrary = (name, source) => cProgram(`${name}.so`, source, ['-shared', '-fPIC']);
