import { createNodePlatform } from './platform.ts';
import { serveJobs } from './serve-jobs.ts';

/** The program that process.test.ts bundles and runs: what can be seen only from outside a process. */
const [mode = '', directory = ''] = process.argv.slice(2);
if (mode === '') {
  serveJobs(
    new Map([
      ['double', (input: readonly Uint8Array[]) => input.map((bytes) => bytes.map((byte) => byte * 2))],
      [
        'fail',
        () => {
          throw new Error('the job failed');
        },
      ],
      ['die', () => process.exit(3)],
      [
        'hang',
        () => {
          for (;;);
        },
      ],
    ]),
  );
} else {
  await run();
}

async function run(): Promise<void> {
  const { log, fatal, locks, disk } = createNodePlatform({
    log: { file: { directory } },
    fatal: { shutdown: () => disk.replaceFile(`${directory}/clean`, 'yes') },
  });
  for (let index = 0; index < 2000; index++) log.write('INFO', 'test', `line ${index}`);
  if (mode === 'lock') {
    await locks.lock(directory);
    process.stdout.write('locked\n');
    setInterval(() => undefined, 1000);
  } else if (mode === 'process.exit') {
    process.exit(7);
  } else if (mode === 'halt') {
    fatal.halt('Shutdown broker because all log dirs in /d have failed', new TypeError('unexpected'));
  } else if (mode === 'exit') {
    fatal.exit(5, 'a reason');
  } else if (mode === 'throw') {
    throw new Error('nobody catches this');
  }
}
