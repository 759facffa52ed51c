/**
 * Prebuilt add-ons are part of the package: `native/<platform>-<arch>/<name>.node`, built by scripts/native.mjs from the C file
 * beside them. Nothing is built or fetched when the package is installed, and everything must work without them.
 */

/** From where this file lies: the package's own folder, as source or compiled, and beside a bundle. */
const FOLDERS = ['../../native', './native'];

export function loadAddon(
  name: string,
): { readonly addon: object; readonly failure?: never } | { readonly addon?: never; readonly failure: string } {
  const target = `${process.platform}-${process.arch}`;
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { fileURLToPath } = process.getBuiltinModule('node:url');
  const paths = FOLDERS.map((folder) => fileURLToPath(new URL(`${folder}/${target}/${name}.node`, import.meta.url)));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) return { failure: `no ${name} add-on for ${target}` };
  try {
    const { createRequire } = process.getBuiltinModule('node:module');
    const addon: unknown = createRequire(import.meta.url)(path);
    if (typeof addon === 'object' && addon !== null) return { addon };
    return { failure: `${path} is not the add-on it should be` };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
