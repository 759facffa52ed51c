// The newcomer's page does what it says. Needs `npm run build`.
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryDir } from '../lib/places.mjs';
import { freePort } from '../lib/ports.mjs';
import { run } from '../lib/processes.mjs';
import { blocksOf } from '../page/page-blocks.mjs';
import { runPage } from '../page/run-page.mjs';

const PAGE = 'docs/from-zero-to-a-group-of-consumers.md';
/** What a clone has that the page uses. */
const OF_A_CLONE = ['bin', 'config', 'node_modules', 'package.json'];

/** @returns {import('../lib/cells.mjs').Cell[]} */
export const pageCells = () => [
  {
    name: 'page / from zero to a group of consumers',
    check: fromZero,
    uses: [],
    suits: (target) => target.kind === 'ottla',
  },
];

async function fromZero() {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-page-'));
  for (const name of OF_A_CLONE) symlinkSync(join(repositoryDir, name), join(folder, name));
  const port = await freePort();
  const listener = `--override listeners=PLAINTEXT://127.0.0.1:${port}`;
  // The page's way stops every broker of the machine.
  const stop = `ps ax -o pid=,args= | grep -F 'ottla.mjs' | grep -F '127.0.0.1:${port}' | grep -v grep | awk '{ print $1 }' | xargs -r kill`;
  const adapt = (text) =>
    text
      .replaceAll('localhost:9092', `localhost:${port}`)
      .replace(/(kafka-server-start\.sh .*)$/m, `$1 ${listener}`)
      .replaceAll('bin/kafka-server-stop.sh', stop);
  try {
    await runPage(blocksOf(readFileSync(join(repositoryDir, PAGE), 'utf8')), folder, adapt);
  } finally {
    await run('sh', ['-c', stop]);
    if (process.env.KEEP !== '1') rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
