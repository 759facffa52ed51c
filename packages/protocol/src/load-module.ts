/*
 * Synchronous, lazy loading of codec back ends: importing the package must not pay for them (node:zlib alone costs
 * 2 ms), and compression is synchronous, so `import()` is no way. A bundle keeps the call as it is: what is loaded
 * here is resolved at run time, beside the bundle.
 */
import { createRequire } from 'node:module';
import type * as zlib from 'node:zlib';

let require: NodeJS.Require | undefined;

export function loadBuiltin(name: 'node:zlib'): typeof zlib {
  require ??= createRequire(import.meta.url);
  return require(name);
}

/** An optional package, or undefined when it is not installed or does not load here. */
export function loadOptional(name: string): unknown {
  require ??= createRequire(import.meta.url);
  try {
    return require(name);
  } catch {
    return undefined;
  }
}
