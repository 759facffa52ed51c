// Bundles the broker and runs it on the Node platform: node scripts/dev-broker.mjs [name=value]...
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'ottla-dev-'));
const entry = join(folder, 'dev.mjs');
writeFileSync(
  entry,
  `export { startBroker } from '@ottla/broker';
export { BrokerConfig } from '@ottla/common';
export { createNodePlatform } from '@ottla/platform/node';`,
);
const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = join(folder, 'bundle.mjs');
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['ottla-source'],
  packages: 'bundle',
  external: ['@cloudpss/zstd', 'snappy', 'lz4-napi'],
  nodePaths: [join(root, 'node_modules')],
  sourcemap: 'inline',
  absWorkingDir: root,
});
const { startBroker, BrokerConfig, createNodePlatform } = await import(pathToFileURL(outfile).href);
const platform = createNodePlatform();
const defaults = [
  ['broker.id', '0'],
  ['listeners', 'PLAINTEXT://127.0.0.1:9092'],
  ['log.dirs', join(folder, 'data')],
];
const given = process.argv
  .slice(2)
  .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
const broker = await startBroker(platform, BrokerConfig.parse({ file: new Map([...defaults, ...given]) }));
const stop = () => broker.shutdown().then(() => platform.close());
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
