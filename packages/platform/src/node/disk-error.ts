import { DiskError } from '../disk.ts';

/** Any error of `node:fs` as a DiskError; an argument Node refuses (a bug of the caller) becomes EINVAL. */
export function toDiskError(error: unknown, operation: string, path: string, detail?: string): DiskError {
  if (error instanceof DiskError) return error;
  if (!(error instanceof Error)) return new DiskError('EIO', operation, path, String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
  if (code.startsWith('ERR_')) return new DiskError('EINVAL', operation, path, error.message);
  return new DiskError(code, operation, path, detail);
}
