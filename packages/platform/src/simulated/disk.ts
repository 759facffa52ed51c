import type { Disk } from '../disk.ts';
import { DiskError } from '../disk.ts';
import type { FileNode } from '../memory/file-tree.ts';
import { FileTree } from '../memory/file-tree.ts';
import type { DiskCall, DiskDriver } from '../memory/tree-disk.ts';
import { TreeDisk } from '../memory/tree-disk.ts';
import type { DiskFaults, InjectedFault } from './disk-faults.ts';
import { defaultDiskFaults } from './disk-faults.ts';
import type { RunningSync } from './durable-content.ts';
import { DurableContent, sectorBytes } from './durable-content.ts';
import { NameJournal } from './name-journal.ts';
import type { SimulatedNode } from './node.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { SimulatedWorld } from './world.ts';

/**
 * FAULTS. What a node's disk may do to whoever uses it, and why they must survive it:
 * - Process kill: the page cache survives. Of an asynchronous write in flight nothing, a part or all has happened; other
 *   calls in flight happened or not. (`killAfterCalls` ends the process within a synchronous write, which then is torn.)
 * - Power loss: what was synced before is there. Of the rest, per file: nothing, all, a prefix or any subset of the
 *   512-byte sectors, with zeros or the former bytes in between, and any of the sizes the file had. Not modelled: garbage
 *   in sectors never written, and versions of a sector between the last two.
 * - Names: creations, renames and unlinks are certain once their directory is synced; before, a power loss keeps a prefix
 *   of them. A file whose creation is lost is gone however well its content was synced.
 * - Errors: EIO on read, write and sync, ENOSPC when the capacity is reached (the part that fits is written). A sync that
 *   failed leaves its pages clean in the cache and old on the platter, as Linux does: syncing again proves nothing.
 * - Bit rot: a bit of a file changes when it is read and stays so.
 * - Time: asynchronous calls take a random time and overtake each other; a slow or stalled disk takes longer.
 * Synchronous calls take no time: a page cache that blocks is the clock's business (freeze the node).
 */
export class SimulatedDisk {
  readonly faults: DiskFaults;
  readonly tree: FileTree;
  readonly #world: SimulatedWorld;
  readonly #node: SimulatedNode;
  readonly #prng: Prng;
  readonly #journal = new NameJournal();
  #injected: { readonly fault: InjectedFault; left: number }[] = [];
  /** Paths as they were opened; a name may be there twice. */
  #openFiles: string[] = [];
  #killAfter: { calls: number; readonly how: 'kill' | 'powerLoss' } | undefined;

  constructor(world: SimulatedWorld, node: SimulatedNode, faults: Partial<DiskFaults>) {
    this.#world = world;
    this.#node = node;
    this.#prng = world.prng(`disk ${node.name}`);
    this.faults = { ...defaultDiskFaults, ...faults };
    this.tree = new FileTree(
      () => new DurableContent(),
      (change) => this.#journal.add(change),
    );
  }

  /** The disk as a process sees it. */
  open(process: SimulatedProcess): Disk {
    return new TreeDisk(this.tree, new SimulatedDriver(this, process, this.#prng));
  }

  /** Makes the next matching calls fail. */
  failNext(fault: InjectedFault): void {
    this.#injected.push({ fault, left: fault.times ?? 1 });
  }

  /**
   * Ends the process within the disk call that follows the next `calls` ones: if that is a write, a part of it happens.
   * Finds the crash points between two calls of one turn, where no event could be.
   */
  killAfterCalls(calls: number, how: 'kill' | 'powerLoss' = 'kill'): void {
    this.#killAfter = { calls, how };
  }

  /** Forgets the errors and the end of the process that are still to come. */
  cancelInjected(): void {
    this.#injected = [];
    this.#killAfter = undefined;
  }

  /** The files that the running process holds open, by the paths it opened. */
  get openFiles(): readonly string[] {
    return this.#openFiles;
  }

  /** Changes a bit of a file on the platter. */
  corrupt(path: string, position: number, bit = 0): void {
    contentOf(this.tree.file('corrupt', path)).flipBit(position, bit);
  }

  /** Called by the node; the process is gone by then. */
  powerLoss(): void {
    this.#killAfter = undefined;
    const isJournaled = this.faults.survival === 'journaled';
    if (isJournaled) this.#journal.commit();
    else this.#journal.powerLoss(this.#prng);
    for (const { file } of this.tree.files()) {
      const keepsAll = isJournaled && file.content.size <= sectorBytes;
      contentOf(file).powerLoss(this.#prng, keepsAll ? ['everything'] : undefined);
    }
  }

  /** True when the process must end within this call. */
  countDown(): 'kill' | 'powerLoss' | undefined {
    if (this.#killAfter === undefined || this.#killAfter.calls-- > 0) return undefined;
    const { how } = this.#killAfter;
    this.#killAfter = undefined;
    return how;
  }

  /** The error an injected fault has for this call. */
  injectedError(call: DiskCall<unknown>): DiskError | undefined {
    for (const entry of this.#injected) {
      const { fault } = entry;
      if (fault.operation !== call.operation || !call.path.includes(fault.path ?? '')) continue;
      if (--entry.left <= 0) this.#injected = this.#injected.filter((other) => other !== entry);
      return new DiskError(fault.code ?? 'EIO', call.operation, call.path, 'injected');
    }
    return undefined;
  }

  fileOpened(path: string): void {
    this.#openFiles.push(path);
  }

  fileClosed(path: string): void {
    const index = this.#openFiles.indexOf(path);
    if (index >= 0) this.#openFiles.splice(index, 1);
  }

  /** The process is gone: its kernel closes for it. */
  closeFiles(): void {
    this.#openFiles = [];
  }

  usedBytes(): number {
    let bytes = 0;
    for (const { file } of this.tree.files()) bytes += file.content.size;
    return bytes;
  }

  syncNames(path: string): void {
    this.#journal.synced(this.tree.directory('sync', path));
  }

  /** For the trace: what a call did to the disk. */
  note(call: DiskCall<unknown>): void {
    const { trace } = this.#world;
    trace.text(call.operation);
    trace.text(call.path);
    trace.number(call.position);
    trace.number(call.bytes);
    if (call.source !== undefined) trace.bytes(call.source);
  }

  get name(): string {
    return this.#node.name;
  }
}

/** One process's calls on its node's disk. */
class SimulatedDriver implements DiskDriver {
  readonly device: string;
  readonly hasDevice = true;
  readonly #disk: SimulatedDisk;
  readonly #process: SimulatedProcess;
  readonly #prng: Prng;
  readonly #inFlight = new Set<{ readonly call: DiskCall<unknown>; readonly sync: RunningSync | undefined }>();

  constructor(disk: SimulatedDisk, process: SimulatedProcess, prng: Prng) {
    this.#disk = disk;
    this.#process = process;
    this.#prng = prng;
    this.device = `simulated-${disk.name}`;
    process.onEnd(() => this.#settle());
  }

  wallMs(): number {
    return this.#process.node.wallMs();
  }

  now<Result>(call: DiskCall<Result>): Result {
    this.#endOfProcess(call);
    return this.#execute(call);
  }

  later<Result>(call: DiskCall<Result>): Promise<Result> {
    if (!this.#process.alive) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      const sync = call.operation === 'sync' && call.file !== undefined ? contentOf(call.file).beginSync() : undefined;
      const entry = { call, sync };
      this.#inFlight.add(entry);
      this.#process.later(this.#latencyMs(), `disk.${call.operation}`, () => {
        try {
          this.#endOfProcess(call);
          this.#inFlight.delete(entry);
          resolve(sync === undefined ? this.#execute(call) : this.#sync(call, sync));
        } catch (error) {
          if (this.#process.alive) reject(error);
        }
      });
    });
  }

  syncFile(_file: FileNode): void {
    // Done in #sync: what it covers was settled when it began.
  }

  syncDirectory(path: string): void {
    this.#disk.syncNames(path);
  }

  fileOpened(path: string): void {
    if (this.#process.alive) this.#disk.fileOpened(path);
  }

  fileClosed(path: string): void {
    if (this.#process.alive) this.#disk.fileClosed(path);
  }

  room(growthBytes: number): number {
    const { capacityBytes } = this.#disk.faults;
    if (capacityBytes === Number.POSITIVE_INFINITY) return growthBytes;
    return Math.max(0, Math.min(growthBytes, capacityBytes - this.#disk.usedBytes()));
  }

  space(): { freeBytes: number; totalBytes: number } {
    const totalBytes = Math.min(this.#disk.faults.capacityBytes, 2 ** 40);
    return { freeBytes: Math.max(0, totalBytes - this.#disk.usedBytes()), totalBytes };
  }

  #execute<Result>(call: DiskCall<Result>): Result {
    const disk = this.#disk;
    const { faults } = disk;
    disk.note(call);
    const injected = disk.injectedError(call);
    const { operation, file } = call;
    if (operation === 'write' && (injected !== undefined || this.#prng.chance(faults.writeErrorChance))) {
      call.runPart?.(this.#prng.integer(call.bytes + 1));
      throw injected ?? new DiskError('EIO', operation, call.path);
    }
    if (injected !== undefined) throw injected;
    if (operation === 'read') {
      if (this.#prng.chance(faults.readErrorChance)) throw new DiskError('EIO', operation, call.path);
      const size = Math.min(call.bytes, (file?.content.size ?? 0) - call.position);
      if (file !== undefined && size > 0 && this.#prng.chance(faults.bitRotChance)) {
        contentOf(file).flipBit(call.position + this.#prng.integer(size), this.#prng.integer(8));
      }
    }
    return call.run();
  }

  #sync<Result>(call: DiskCall<Result>, sync: RunningSync): Result {
    const { file } = call;
    const injected = this.#disk.injectedError(call);
    const failed = injected !== undefined || this.#prng.chance(this.#disk.faults.syncErrorChance);
    this.#disk.note(call);
    if (file !== undefined) contentOf(file).endSync(sync, !failed);
    if (failed) throw injected ?? new DiskError('EIO', call.operation, call.path);
    return call.run();
  }

  /** Throws when the process has ended, or ends it in the middle of this call. */
  #endOfProcess(call: DiskCall<unknown>): void {
    if (this.#process.alive) {
      const how = this.#disk.countDown();
      if (how === undefined) return;
      try {
        call.runPart?.(this.#prng.integer(call.bytes + 1));
      } catch {
        // It was about to fail anyway.
      }
      if (how === 'kill') this.#process.node.kill();
      else this.#process.node.powerLoss();
    }
    throw new DiskError('EIO', call.operation, call.path, 'the process has been killed');
  }

  /** The process is gone; its calls in flight were with the kernel. */
  #settle(): void {
    this.#disk.closeFiles();
    for (const { call, sync } of this.#inFlight) {
      if (sync !== undefined) {
        if (call.file !== undefined && this.#prng.chance(0.5)) contentOf(call.file).endSync(sync, true);
        continue;
      }
      // Reads write into memory that is gone.
      if (call.operation === 'read' || this.#prng.chance(0.5)) continue;
      try {
        if (call.runPart !== undefined && this.#prng.chance(0.5)) call.runPart(this.#prng.integer(call.bytes + 1));
        else call.run();
      } catch {
        // Nobody is left to be told.
      }
    }
    this.#inFlight.clear();
  }

  #latencyMs(): number {
    const { msMin, msMean, slowness, stallChance, stallMs } = this.#disk.faults;
    // A stall is as long as it is drawn: beyond that nobody should have to wait.
    return this.#prng.delay(msMin, msMean) * slowness + (this.#prng.chance(stallChance) ? stallMs : 0);
  }
}

function contentOf(file: FileNode): DurableContent {
  if (!(file.content instanceof DurableContent)) throw new Error('A simulated disk holds simulated files only');
  return file.content;
}
