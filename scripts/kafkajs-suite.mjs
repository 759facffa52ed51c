// kafkajs's own test suite, through @ottla/client/kafkajs or through kafkajs itself, against a broker that is already up:
//   node scripts/kafkajs-suite.mjs CHECKOUT [--client ottla|kafkajs] [--port 9092] [--brokers 3] [--timeout 30000] [--out FILE] [PATTERN...]
// CHECKOUT is kafkajs's repository at v2.2.4 with its development dependencies; nothing in it is changed. How to bring all of it up is told in
// packages/client/src/kafkajs/README.md. PATTERN chooses files by a part of their path; without one, all that use the public interface run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { bundleForSuite } from './kafkajs-suite/bundle.mjs';
import { PUBLIC_FILES } from './kafkajs-suite/public-files.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    client: { type: 'string', default: 'ottla' },
    port: { type: 'string', default: '9092' },
    brokers: { type: 'string', default: '3' },
    timeout: { type: 'string', default: '30000' },
    out: { type: 'string' },
  },
});
const [checkout, ...patterns] = positionals;
if (checkout === undefined) throw new Error('Give the path of a checkout of kafkajs at v2.2.4.');
const root = resolve(checkout);
const folder = mkdtempSync(join(tmpdir(), 'kafkajs-suite-'));
const here = (name) => join(import.meta.dirname, 'kafkajs-suite', name);

try {
  const bundle = join(folder, 'kafkajs.cjs');
  await bundleForSuite(bundle);
  const report = values.out === undefined ? join(folder, 'report.json') : resolve(values.out);
  const config = {
    rootDir: root,
    moduleNameMapper: { '^testHelpers$': '<rootDir>/testHelpers/index.js' },
    setupFilesAfterEnv: ['<rootDir>/testHelpers/setup.js'],
    testRunner: 'jest-circus/runner',
    testEnvironment: here('environment.cjs'),
    testRegex: (patterns.length === 0 ? PUBLIC_FILES : patterns).map((part) => `${part}.*`),
    testPathIgnorePatterns: ['/node_modules/', '(?<!\\.spec\\.js)$'],
    transform: { '\\.js$': here('transform.cjs') },
    cache: false,
  };
  spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/jest/bin/jest.js'),
      '--config',
      JSON.stringify(config),
      '-i',
      '--forceExit',
      '--silent',
      '--json',
      `--outputFile=${report}`,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'test',
        KAFKA_VERSION: '2.4',
        KAFKAJS_NO_PARTITIONER_WARNING: '1',
        SUITE_ADAPTER: values.client === 'ottla' ? here('adapter.cjs') : '',
        SUITE_ADD_PARTITIONS: here('add-partitions.cjs'),
        SUITE_BUNDLE: bundle,
        SUITE_ROOT: root,
        SUITE_PORT: values.port,
        SUITE_BROKERS: values.brokers,
        SUITE_TIMEOUT_MS: values.timeout,
      },
    },
  );
  summarize(JSON.parse(readFileSync(report, 'utf8')));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function summarize({ testResults }) {
  const total = { passed: 0, failed: 0, pending: 0 };
  for (const file of testResults.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const count = { passed: 0, failed: 0, pending: 0 };
    for (const { status } of file.assertionResults) count[status]++;
    for (const status of Object.keys(total)) total[status] += count[status];
    console.log(
      `${relative(root, file.name)}: ${count.passed} passed, ${count.failed} failed, ${count.pending} skipped`,
    );
    if (file.assertionResults.length === 0) console.log(`    did not run: ${firstLine(file.message)}`);
    for (const test of file.assertionResults) {
      if (test.status === 'failed') console.log(`  ✕ ${test.fullName}\n      ${firstLine(test.failureMessages[0])}`);
    }
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.pending} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

function firstLine(text = '') {
  return stripVTControlCharacters(text).split('\n', 1)[0];
}
