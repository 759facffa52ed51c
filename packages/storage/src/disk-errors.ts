import { DiskError } from '@ottla/platform';

const PASSING: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE']);

/** Lack of space or of file descriptors: the call failed, the directory is as good as before. */
export function isPassing(error: unknown): boolean {
  return error instanceof DiskError && PASSING.has(error.code);
}

export function isMissing(error: unknown): boolean {
  return error instanceof DiskError && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
