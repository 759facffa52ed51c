// Processes that outlive the one that starts them, found again through a pid file.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from './wait.mjs';

/** @param {number} pid @returns {boolean} false for a zombie too */
export function isRunning(pid) {
  if (!(pid > 0)) return false;
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {}
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}

/** @param {string} dir @returns {number} 0 when there is none */
export function pidIn(dir) {
  try {
    return Number(readFileSync(join(dir, 'pid'), 'utf8'));
  } catch {
    return 0;
  }
}

/**
 * Starts a command in a session of its own; `dir` receives `pid` and `out.log`.
 * @param {string} dir
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {number} its process id
 */
export function startDaemon(dir, command, args, env = {}) {
  mkdirSync(dir, { recursive: true });
  const log = openSync(join(dir, 'out.log'), 'a');
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
  });
  closeSync(log);
  child.on('error', () => {});
  child.unref();
  if (child.pid === undefined) throw new Error(`cannot start ${command}`);
  writeFileSync(join(dir, 'pid'), String(child.pid));
  return child.pid;
}

/** Waits until the process is gone. @param {number} pid @param {number} limitMs @returns {Promise<boolean>} */
export async function gone(pid, limitMs) {
  const end = performance.now() + limitMs;
  while (isRunning(pid)) {
    if (performance.now() > end) return false;
    await pause(20);
  }
  return true;
}

/** TERM, and KILL after the limit. @param {string} dir @param {number} [limitMs] @returns {Promise<boolean>} whether TERM was enough */
export async function stopDaemon(dir, limitMs = 30_000) {
  const pid = pidIn(dir);
  let orderly = true;
  if (isRunning(pid)) {
    process.kill(pid, 'SIGTERM');
    process.kill(pid, 'SIGCONT'); // a paused process cannot end
    orderly = await gone(pid, limitMs);
    if (!orderly) {
      process.kill(pid, 'SIGKILL');
      await gone(pid, 5000);
    }
  }
  rmSync(join(dir, 'pid'), { force: true });
  return orderly;
}

/** @param {string} dir @param {NodeJS.Signals} signal @param {string} name */
export async function signalDaemon(dir, signal, name) {
  const pid = pidIn(dir);
  if (!isRunning(pid)) throw new Error(`${name} is not running`);
  process.kill(pid, signal);
  if (signal === 'SIGKILL') await gone(pid, 5000);
}

/** @param {string} dir @param {number} [lines] @returns {string} the end of its log */
export function logTail(dir, lines = 20) {
  try {
    return readFileSync(join(dir, 'out.log'), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
