// Child processes: short ones that are run to their end, long ones whose printed lines are waited for.
import { spawn } from 'node:child_process';

/** Children of this process that have not ended; killed when it ends. @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

export const track = (child) => {
  living.add(child);
  child.once('exit', () => living.delete(child));
  child.once('error', () => living.delete(child));
  return child;
};

/** @typedef {{ code: number | null, stdout: string, stderr: string }} Outcome */

/**
 * Runs a command to its end. Rejects when it cannot start, or is not done within the limit; the exit code is the caller's to judge.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, limitMs?: number, input?: string }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { cwd, env, limitMs = 120_000, input } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    const child = track(spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio }));
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    const stderr = () => Buffer.concat(err).toString();
    const stdout = () => Buffer.concat(out).toString();
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const tail = `${stdout()}\n${stderr()}`.trim().slice(-600);
      reject(new Error(`${command} ${args.join(' ')}: not done within ${limitMs / 1000} s\n${tail}`));
    }, limitMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: stdout(), stderr: stderr() });
    });
    if (input !== undefined) {
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    }
  });
}

/**
 * As `run`, but an exit code other than 0 is an error that shows the end of what was printed.
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 * @returns {Promise<Outcome>}
 */
export async function must(command, args, options) {
  const outcome = await run(command, args, options);
  if (outcome.code !== 0) {
    const tail = `${outcome.stdout.slice(-1500)}\n${outcome.stderr.slice(-2500)}`.trim();
    throw new Error(`${command} ${args.join(' ')}: exit code ${outcome.code}\n${tail}`);
  }
  return outcome;
}
