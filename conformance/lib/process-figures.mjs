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
