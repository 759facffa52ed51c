import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../ports.ts';
import { DirectoryLockedError } from '../ports.ts';
import { NodeDirectoryLocks, parseLockTable } from './directory-lock.ts';
import { EmbeddedFatal, type FatalFailure } from './fatal.ts';
import { NodeWorkers } from './workers.ts';

let directory = '';
let script = '';

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(`${tmpdir()}/ottla-process-`));
  script = `${directory}/child.mjs`;
  const entry = fileURLToPath(new URL('./process-child.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function runChild(mode: string): {
  status: number | null;
  stdout: string;
  stderr: string;
  file: string;
  folder: string;
} {
  const folder = `${directory}/${mode}`;
  mkdirSync(folder);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, mode, folder], { encoding: 'utf8' });
  return { status, stdout, stderr, file: readFileSync(`${folder}/server.log`, 'utf8'), folder };
}

function lineNumbers(text: string): number[] {
  return [...text.matchAll(/INFO line (\d+) \(test\)\n/g)].map((match) => Number(match[1]));
}
const allLines = Array.from({ length: 2000 }, (_, index) => index);

describe('the end of a process', () => {
  it.each([
    ['process.exit', 7],
    ['halt', 1],
    ['exit', 5],
    ['throw', 1],
  ])('loses no log line: %s', (mode, code) => {
    const { status, stdout, file } = runChild(mode);
    expect(status).toBe(code);
    expect(lineNumbers(stdout)).toEqual(allLines);
    expect(lineNumbers(file)).toEqual(allLines);
    if (mode === 'halt') {
      expect(file).toContain('FATAL Shutdown broker because all log dirs in /d have failed');
      expect(file).toMatch(/\nTypeError: unexpected\n\s+at /);
    }
    if (mode === 'exit') expect(readFileSync(`${directory}/exit/clean`, 'utf8')).toBe('yes');
  });

  it('is told to the program around an embedded broker, once, and is not the end of it', () => {
    const failures: FatalFailure[] = [];
    const fatal = new EmbeddedFatal((failure) => failures.push(failure));
    fatal.halt('the last directory failed', new Error('EIO'));
    fatal.exit(0, 'and again');
    expect(failures).toMatchObject([{ kind: 'halt', code: 1, reason: 'the last directory failed' }]);
  });
});

describe('the lock of a directory', () => {
  it('is seen from another process, names its holder, and dies with it', async () => {
    const folder = `${directory}/locked`;
    mkdirSync(folder);
    const child = spawn(process.execPath, [script, 'lock', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => {
      let seen = '';
      child.stdout.on('data', (text: Buffer) => {
        seen = seen.slice(-10) + text.toString();
        if (seen.includes('locked\n')) resolve();
      });
    });
    const locks = new NodeDirectoryLocks();
    const refusal = await locks.lock(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DirectoryLockedError);
    expect(refusal).toMatchObject({
      message:
        `Failed to acquire lock on file .lock in ${folder}. A Kafka instance in another process or thread is using this ` +
        `directory. It is held by process ${child.pid}.`,
      holderPid: child.pid,
    });
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await locks.lock(folder)).release();
  });

  it('respects the record lock of a Java broker on .lock', async (context) => {
    const folder = `${directory}/java`;
    mkdirSync(folder);
    // What FileChannel.tryLock does, from a language that has it.
    const program = [
      'import fcntl,sys',
      'f=open(sys.argv[1],"w")',
      'fcntl.lockf(f,fcntl.LOCK_EX)',
      'print("ok",flush=True)',
      'sys.stdin.read()',
    ].join('\n');
    const holder = spawn('python3', ['-c', program, `${folder}/.lock`], { stdio: ['pipe', 'pipe', 'ignore'] });
    const started = await new Promise<boolean>((resolve) => {
      holder.on('error', () => resolve(false));
      holder.stdout.on('data', () => resolve(true));
    });
    if (!started || process.platform !== 'linux') return context.skip('needs Linux and python3 to hold a record lock');
    const locks = new NodeDirectoryLocks();
    await expect(locks.lock(folder)).rejects.toMatchObject({ name: 'DirectoryLockedError', holderPid: holder.pid });
    const gone = new Promise((resolve) => holder.on('exit', resolve));
    holder.stdin.end();
    await gone;
    await (await locks.lock(folder)).release();
  });

  it('reads the kernel table of locks', () => {
    const table = [
      '1: POSIX  ADVISORY  WRITE 4321 08:01:131312 0 EOF',
      '1: -> POSIX  ADVISORY  WRITE 99 08:01:131312 0 EOF',
      '2: FLOCK  ADVISORY  WRITE 77 00:1b:5 0 EOF',
      '3: OFDLCK ADVISORY  READ  -1 103:02:18446744073709551615 0 9',
      '4: POSIX  ADVISORY  READ  12 00:2f:7 128 128',
      '',
    ].join('\n');
    expect(parseLockTable(table)).toEqual([
      { pid: 4321, device: 0x801n, inode: 131312n },
      { pid: 0, device: 0x10302n, inode: 18446744073709551615n },
      { pid: 12, device: 0x2fn, inode: 7n },
    ]);
  });
});

describe('worker threads', () => {
  const nothing = (): Uint8Array[] => [];
  const jobs = new Map<string, Job>([
    ['double', (input: readonly Uint8Array[]) => input.map((bytes) => bytes.map((byte) => byte * 2))],
    ['fail', nothing],
    ['die', nothing],
    ['hang', nothing],
  ]);

  it('run jobs beside the loop, survive their failures, and leave the input to its owner', async () => {
    const workers = new NodeWorkers({ jobs, script: pathToFileURL(script), threadsMax: 2 });
    const input = new Uint8Array([1, 2, 3]);
    const results = await Promise.all(Array.from({ length: 20 }, () => workers.run('double', [input, input])));
    for (const result of results) expect(result).toEqual([new Uint8Array([2, 4, 6]), new Uint8Array([2, 4, 6])]);
    expect(input.length).toBe(3);
    await expect(workers.run('fail', [])).rejects.toThrow('the job failed');
    await expect(workers.run('die', [])).rejects.toThrow("The worker of job 'die' ended with code 3");
    expect(await workers.run('double', [input])).toEqual([new Uint8Array([2, 4, 6])]);
    await expect(workers.run('none', [])).rejects.toThrow("No worker job is named 'none'");
    const last = workers.run('hang', [input]).catch((error: unknown) => String(error));
    await workers.close();
    expect(await last).toContain('ended with code');
  });

  it('run on the loop where there is no script for threads', async () => {
    const workers = new NodeWorkers({ jobs });
    const [first, second] = [
      workers.run('double', [new Uint8Array([4])]),
      workers.run('double', [new Uint8Array([5])]),
    ];
    expect(await first).toEqual([new Uint8Array([8])]);
    expect(await second).toEqual([new Uint8Array([10])]);
  });
});
