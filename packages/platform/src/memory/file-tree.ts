import { DiskError } from '../disk.ts';
import type { FileContent } from './file-content.ts';

export interface FileNode {
  readonly kind: 'file';
  readonly inode: number;
  readonly content: FileContent;
  modifiedMs: number;
}

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly inode: number;
  readonly entries: Map<string, TreeNode>;
  modifiedMs: number;
}

export type TreeNode = FileNode | DirectoryNode;

/** One name of one directory, before and after a change. */
export interface TreeEdge {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly before: TreeNode | undefined;
  readonly after: TreeNode | undefined;
}

/** The edges of one call: they happen together or not at all. */
export type TreeChange = readonly TreeEdge[];

/** The names of a file system in memory, with POSIX's errors. Paths are absolute. */
export class FileTree {
  readonly root: DirectoryNode = { kind: 'directory', inode: 1, entries: new Map(), modifiedMs: 0 };
  readonly #newContent: () => FileContent;
  readonly #changed: (change: TreeChange) => void;
  #inodes = 1;

  /** `changed` is told of every change of names, after it. */
  constructor(newContent: () => FileContent, changed: (change: TreeChange) => void = () => undefined) {
    this.#newContent = newContent;
    this.#changed = changed;
  }

  find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const name of namesOf(path)) {
      if (node?.kind !== 'directory') return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  directory(operation: string, path: string): DirectoryNode {
    const node = this.#walk(operation, path, namesOf(path));
    if (node.kind !== 'directory') throw new DiskError('ENOTDIR', operation, path);
    return node;
  }

  file(operation: string, path: string): FileNode {
    const node = this.#walk(operation, path, namesOf(path));
    if (node.kind !== 'file') throw new DiskError('EISDIR', operation, path);
    return node;
  }

  /** The file at `path`, made when missing. */
  openFile(path: string, create: boolean, exclusive: boolean, nowMs: number): FileNode {
    const { parent, name } = this.#parent('open', path);
    const found = parent.entries.get(name);
    if (found?.kind === 'directory') throw new DiskError('EISDIR', 'open', path);
    if (found !== undefined && create && exclusive) throw new DiskError('EEXIST', 'open', path);
    if (found !== undefined) return found;
    if (!create) throw new DiskError('ENOENT', 'open', path);
    const file: FileNode = { kind: 'file', inode: ++this.#inodes, content: this.#newContent(), modifiedMs: nowMs };
    this.#apply([{ directory: parent, name, before: undefined, after: file }], nowMs);
    return file;
  }

  /** Makes the directory and its parents. */
  makeDirectory(path: string, nowMs: number): void {
    let directory = this.root;
    const names = namesOf(path);
    for (const [index, name] of names.entries()) {
      let next = directory.entries.get(name);
      if (next === undefined) {
        next = { kind: 'directory', inode: ++this.#inodes, entries: new Map(), modifiedMs: nowMs };
        this.#apply([{ directory, name, before: undefined, after: next }], nowMs);
      }
      if (next.kind !== 'directory') {
        throw new DiskError(index === names.length - 1 ? 'EEXIST' : 'ENOTDIR', 'mkdir', path);
      }
      directory = next;
    }
  }

  rename(from: string, to: string, nowMs: number): void {
    const source = this.#parent('rename', from);
    const target = this.#parent('rename', to);
    const node = source.parent.entries.get(source.name);
    if (node === undefined) throw new DiskError('ENOENT', 'rename', from, `to '${to}'`);
    const replaced = target.parent.entries.get(target.name);
    if (replaced === node) return;
    if (node.kind === 'directory' && `${to}/`.startsWith(`${from}/`))
      throw new DiskError('EINVAL', 'rename', from, `to '${to}'`);
    if (replaced !== undefined && replaced.kind !== node.kind) {
      throw new DiskError(node.kind === 'directory' ? 'ENOTDIR' : 'EISDIR', 'rename', from, `to '${to}'`);
    }
    if (replaced?.kind === 'directory' && replaced.entries.size > 0) {
      throw new DiskError('ENOTEMPTY', 'rename', from, `to '${to}'`);
    }
    this.#apply(
      [
        { directory: source.parent, name: source.name, before: node, after: undefined },
        { directory: target.parent, name: target.name, before: replaced, after: node },
      ],
      nowMs,
    );
  }

  unlink(path: string, nowMs: number): void {
    const { parent, name } = this.#parent('unlink', path);
    const node = parent.entries.get(name);
    if (node === undefined) throw new DiskError('ENOENT', 'unlink', path);
    if (node.kind === 'directory') throw new DiskError('EISDIR', 'unlink', path);
    this.#apply([{ directory: parent, name, before: node, after: undefined }], nowMs);
  }

  /** Leaves first, one change per name, as `rm -r` does: a crash may find it half done. */
  removeTree(path: string, nowMs: number): void {
    const node = this.find(path);
    if (node === undefined) return;
    if (node.kind === 'directory') {
      for (const name of [...node.entries.keys()]) this.removeTree(`${path}/${name}`, nowMs);
    }
    const { parent, name } = this.#parent('remove', path);
    this.#apply([{ directory: parent, name, before: node, after: undefined }], nowMs);
  }

  /** Every file that can be reached, with its path. */
  *files(directory: DirectoryNode = this.root, path = ''): Generator<{ path: string; file: FileNode }> {
    for (const [name, node] of directory.entries) {
      if (node.kind === 'file') yield { path: `${path}/${name}`, file: node };
      else yield* this.files(node, `${path}/${name}`);
    }
  }

  #apply(change: TreeChange, nowMs: number): void {
    for (const { directory, name, after } of change) {
      if (after === undefined) directory.entries.delete(name);
      else directory.entries.set(name, after);
      directory.modifiedMs = nowMs;
    }
    this.#changed(change);
  }

  #parent(operation: string, path: string): { readonly parent: DirectoryNode; readonly name: string } {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) throw new DiskError('EBUSY', operation, path);
    const parent = this.#walk(operation, path, names);
    if (parent.kind !== 'directory') throw new DiskError('ENOTDIR', operation, path);
    return { parent, name };
  }

  #walk(operation: string, path: string, names: readonly string[]): TreeNode {
    let node: TreeNode = this.root;
    for (const name of names) {
      if (node.kind !== 'directory') throw new DiskError('ENOTDIR', operation, path);
      const next = node.entries.get(name);
      if (next === undefined) throw new DiskError('ENOENT', operation, path);
      node = next;
    }
    return node;
  }
}

function namesOf(path: string): string[] {
  if (!path.startsWith('/')) throw new DiskError('EINVAL', 'resolve', path, 'paths are absolute');
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
