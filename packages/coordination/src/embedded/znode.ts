import type { Stat } from '../coordination.ts';

/** One node of the embedded tree. `creates` counts the children it ever had: ZooKeeper derives cversion and sequence numbers from it. */
export class Znode {
  data: Buffer | null;
  readonly czxid: number;
  mzxid: number;
  pzxid: number;
  readonly ctimeMs: number;
  mtimeMs: number;
  version = 0;
  creates = 0;
  readonly ephemeralOwner: string | null;
  /** Names, made on the first child: most nodes are leaves. */
  children: Set<string> | undefined;

  constructor(data: Buffer | null, zxid: number, nowMs: number, ephemeralOwner: string | null) {
    this.data = data;
    this.czxid = zxid;
    this.mzxid = zxid;
    this.pzxid = zxid;
    this.ctimeMs = nowMs;
    this.mtimeMs = nowMs;
    this.ephemeralOwner = ephemeralOwner;
  }

  get childCount(): number {
    return this.children === undefined ? 0 : this.children.size;
  }

  stat(): Stat {
    const numChildren = this.childCount;
    return {
      czxid: this.czxid,
      mzxid: this.mzxid,
      pzxid: this.pzxid,
      ctimeMs: this.ctimeMs,
      mtimeMs: this.mtimeMs,
      version: this.version,
      cversion: this.creates * 2 - numChildren,
      dataLength: this.data === null ? 0 : this.data.length,
      numChildren,
      ephemeralOwner: this.ephemeralOwner,
    };
  }
}
