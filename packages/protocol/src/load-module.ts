/*
 * Synchronous, lazy loading of codec back ends: importing the package must not pay for them (node:zlib alone costs
 * 2 ms), and compression is synchronous, so `import()` is no way. A bundle keeps the call as it is: what is loaded
 * here is resolved at run time, beside the bundle.
 */
import { createRequire } from 'node:module';
import type * as zlib from 'node:zlib';

let requireHere: NodeJS.Require | undefined;

function localRequire(): NodeJS.Require {
  const made = requireHere ?? createRequire(import.meta.url);
  requireHere = made;
  return made;
}

export function loadZlib(): typeof zlib {
  return localRequire()('node:zlib');
}

/**
 * The native addon of an installed package that brings prebuilt binaries for node-gyp-build; undefined when the package
 * is missing or has no binary for this machine.
 */
export function loadPrebuiltAddon(packageName: string): unknown {
  try {
    const manifest = localRequire().resolve(`${packageName}/package.json`);
    const folder = manifest.slice(0, -'/package.json'.length);
    return createRequire(manifest)('node-gyp-build')(folder);
  } catch {
    return undefined;
  }
}
