// What the system says about a process (Linux).
import { readFileSync } from 'node:fs';

/** CPU seconds of all its threads so far. @param {number} pid */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** @param {number} pid @param {'VmRSS' | 'VmHWM'} field */
export const megabytesOf = (pid, field) =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** How long its main thread was ready to run and had no processor so far, ms. @param {number} pid */
export const waitedForProcessorMs = (pid) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
