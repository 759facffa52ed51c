import { resolve } from 'node:path';

/** An absolute path with forward slashes, as the disk port takes them. */
export function absolutePath(path: string): string {
  return resolve(path).replaceAll('\\', '/');
}
