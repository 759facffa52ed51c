/** How one direction of a link behaves. Chances are per arrival; all may be changed while the world runs. */
export interface LinkFaults {
  /** One-way delay: exponential above the minimum. Bytes of one connection never overtake each other. */
  msMin: number;
  msMean: number;
  /** Throughput; infinite by default. */
  bytesPerMs: number;
  /** The connection is reset here, wherever in a frame that is. */
  resetChance: number;
  /** Deliver only a part of what has arrived, cut at any byte, the rest a moment later. */
  splitChance: number;
  /** What the kernels on both sides hold of a connection that is not read. */
  windowBytes: number;
  /** How long bytes go unacknowledged before the sender's connection breaks with ETIMEDOUT. */
  timeoutMs: number;
}

export const defaultLinkFaults: LinkFaults = {
  msMin: 0.05,
  msMean: 0.3,
  bytesPerMs: Number.POSITIVE_INFINITY,
  resetChance: 0,
  splitChance: 0.05,
  windowBytes: 256 * 1024,
  timeoutMs: 60_000,
};
