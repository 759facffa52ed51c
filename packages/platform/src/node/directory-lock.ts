import * as fs from 'node:fs';
import * as net from 'node:net';
import type { DirectoryLock, DirectoryLocks } from '../ports.ts';
import { DirectoryLockedError } from '../ports.ts';
import { toDiskError } from './disk-error.ts';

/** How long the holder of a lock is asked for its process id, ms. */
const holderAnswerMs = 500;

/**
 * Locks that the operating system drops when their process dies, which a lock file alone does not give and Node has no
 * call for: on Linux an abstract Unix socket, on Windows a named pipe, both named after the directory's device and
 * inode; elsewhere a file with the process id.
 *
 * A Java broker locks the file `.lock` in the directory (`FileChannel.tryLock`, a POSIX record lock). We see its lock in
 * /proc/locks, so we do not start beside it. The reverse is not possible: Node cannot take a record lock, so a Java
 * broker started on a directory we hold does not see us. Nor do two containers with separate network namespaces see
 * each other's abstract sockets.
 */
export class NodeDirectoryLocks implements DirectoryLocks {
  async lock(path: string): Promise<DirectoryLock> {
    try {
      const stats = await fs.promises.stat(path, { bigint: true });
      const lockFile = `${path}/.lock`;
      await (await fs.promises.open(lockFile, 'a')).close();
      const javaPid = await recordLockHolder(lockFile);
      if (javaPid !== undefined) throw new DirectoryLockedError(path, javaPid > 0 ? javaPid : undefined);
      const name = `ottla-directory-${stats.dev}-${stats.ino}`;
      if (process.platform === 'linux') return await lockBySocket(path, `\0${name}`);
      if (process.platform === 'win32') return await lockBySocket(path, `\\\\.\\pipe\\${name}`);
      return await lockByPidFile(path);
    } catch (error) {
      throw error instanceof DirectoryLockedError ? error : toDiskError(error, 'lock', path);
    }
  }
}

/** Listening on a name that one process at a time can have. Whoever connects is told our process id. */
async function lockBySocket(path: string, name: string): Promise<DirectoryLock> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${process.pid}\n`);
  });
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(name, () => resolve(true));
  });
  if (!taken) throw new DirectoryLockedError(path, await askHolder(name));
  server.on('error', () => undefined);
  server.unref();
  return {
    release: () => {
      server.close(() => undefined);
      return Promise.resolve();
    },
  };
}

function askHolder(name: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(name);
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const pid = Number.parseInt(answer, 10);
      resolve(Number.isNaN(pid) ? undefined : pid);
    };
    const timer = setTimeout(done, holderAnswerMs);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      answer = (answer + text).slice(0, 32);
    });
    socket.on('end', done);
    socket.on('error', done);
  });
}

/** A pid file outlives its process: one whose process is gone is taken over. */
async function lockByPidFile(path: string): Promise<DirectoryLock> {
  const pidFile = `${path}/.lock.pid`;
  for (let attempt = 0; ; attempt++) {
    try {
      await fs.promises.writeFile(pidFile, `${process.pid}\n`, { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const pid = Number.parseInt(await fs.promises.readFile(pidFile, 'latin1').catch(() => ''), 10);
      if (attempt > 0 || (!Number.isNaN(pid) && isRunning(pid))) {
        throw new DirectoryLockedError(path, Number.isNaN(pid) ? undefined : pid);
      }
      await fs.promises.rm(pidFile, { force: true });
    }
  }
  let released = false;
  return {
    release: async () => {
      if (released) return;
      released = true;
      await fs.promises.rm(pidFile, { force: true });
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Who holds a record lock on `path`: its process id, 0 when it cannot be told, undefined when nobody does or nobody can say. */
async function recordLockHolder(path: string): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const table = await fs.promises.readFile('/proc/locks', 'latin1').catch(() => '');
  if (table === '') return undefined;
  const stats = await fs.promises.stat(path, { bigint: true });
  for (const lock of parseLockTable(table)) {
    if (lock.inode !== stats.ino) continue;
    if (lock.device === stats.dev) return lock.pid;
    // Layered file systems (overlay, btrfs) show another device number here than stat does.
    if (await hasOpen(lock.pid, path)) return lock.pid;
  }
  return undefined;
}

async function hasOpen(pid: number, path: string): Promise<boolean> {
  const real = await fs.promises.realpath(path);
  const descriptors = await fs.promises.readdir(`/proc/${pid}/fd`).catch((): string[] => []);
  for (const descriptor of descriptors) {
    const target = await fs.promises.readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    if (target === real) return true;
  }
  return false;
}

export interface RecordLock {
  readonly pid: number;
  /** As `stat` numbers it. */
  readonly device: bigint;
  readonly inode: bigint;
}

/** Lines of /proc/locks such as `3: POSIX  ADVISORY  WRITE 4321 08:01:131312 0 EOF`; waiters (`->`) and flocks left out. */
export function parseLockTable(table: string): RecordLock[] {
  const locks: RecordLock[] = [];
  for (const line of table.split('\n')) {
    const match = /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+\S+\s+(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line);
    if (match === null) continue;
    const [, pid = '0', major = '0', minor = '0', inode = '0'] = match;
    const device = deviceNumber(BigInt(`0x${major}`), BigInt(`0x${minor}`));
    locks.push({ pid: Math.max(0, Number(pid)), device, inode: BigInt(inode) });
  }
  return locks;
}

/** Linux's packing of major and minor into the number `stat` returns. */
function deviceNumber(major: bigint, minor: bigint): bigint {
  return (minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & ~0xffn) << 12n) | ((major & ~0xfffn) << 32n);
}
