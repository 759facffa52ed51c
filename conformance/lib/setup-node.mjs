// The JavaScript clients: their node_modules, the two that are C++ add-ons, and our own codecs for the one that has few.
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleCompression } from '../../scripts/lib/bundle.mjs';
import { conformanceDir, repositoryDir } from './places.mjs';
import { must } from './processes.mjs';
import { built, command, contents, files, header } from './setup.mjs';

const source = join(conformanceDir, 'clients/js');
const LISTS = ['package.json', 'package-lock.json'];
const lists = () => LISTS.map((name) => readFileSync(join(source, name)));

/** No package's own scripts run here: what they would fetch or compile is wanted of two only. @param {string} home */
async function install(home) {
  for (const name of LISTS) cpSync(join(source, name), join(home, name));
  await must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: home, limitMs: 600_000 });
}

const plainModules = () => built('js-plain', lists(), install);

const BUILD_LIMIT_MS = 900_000;

/**
 * The add-ons, over one librdkafka: the first one's sources are compiled, the other one is linked with that.
 * Prebuilt ones exist for some systems only, outside any registry.
 */
async function nativeModules() {
  for (const each of /** @type {const} */ (['cc', 'c++', 'make', 'python3'])) await command(each);
  await header('zlib.h', 'zlib1g-dev');
  await header('zstd.h', 'libzstd-dev');
  return built('js-native', [...lists(), process.version], async (home) => {
    await install(home);
    const confluent = join(home, 'node_modules/@confluentinc/kafka-javascript');
    const library = join(confluent, 'build/deps');
    // It would start a compiler for every source file at once.
    const recipe = join(confluent, 'deps/librdkafka.gyp');
    writeFileSync(recipe, readFileSync(recipe, 'utf8').replace('"-j"', `"-j${availableParallelism()}"`));
    // Where Node.js came with its headers they need no download.
    const prefix = dirname(dirname(process.execPath));
    const env = existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
    const rebuild = (name, more) =>
      must('npm', ['rebuild', name, '--ignore-scripts=false', '--foreground-scripts'], {
        cwd: home,
        env: { ...env, ...more },
        limitMs: BUILD_LIMIT_MS,
      });
    await rebuild('@confluentinc/kafka-javascript', { CKJS_LINKING: 'dynamic', npm_config_build_from_source: 'true' });
    await rebuild('node-rdkafka', {
      BUILD_LIBRDKAFKA: '0',
      CPLUS_INCLUDE_PATH: join(library, 'include/librdkafka'),
      LIBRARY_PATH: library,
      LDFLAGS: `-Wl,-rpath,${library}`,
    });
  });
}

/** @param {'plain' | 'native'} kind @returns {Promise<string>} the folder to run the programs in */
export async function nodeClient(kind) {
  const modules = await (kind === 'native' ? nativeModules() : plainModules());
  const protocol = join(repositoryDir, 'packages/protocol/src');
  const inputs = [modules, ...contents(source), ...contents(protocol), ...contents(join(protocol, 'compression'))];
  return built(`js-${kind}-programs`, inputs, async (home) => {
    for (const path of files(source)) cpSync(path, join(home, path.slice(source.length)));
    symlinkSync(join(modules, 'node_modules'), join(home, 'node_modules'));
    await bundleCompression(join(home, 'ottla-compression.mjs'));
  });
}
