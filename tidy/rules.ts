/** The floors of the house: which package may import which. The table of docs/architecture, as data. */
export const FLOORS: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  common: ['platform'],
  protocol: [],
  rpc: ['protocol', 'common', 'platform'],
  storage: ['protocol', 'common', 'platform'],
  coordination: ['common', 'platform'],
  broker: ['storage', 'coordination', 'rpc', 'protocol', 'common', 'platform'],
  client: ['rpc', 'protocol', 'common', 'platform'],
  testkit: ['broker', 'storage', 'coordination', 'rpc', 'protocol', 'common', 'platform'],
  tools: ['client', 'broker', 'storage', 'coordination', 'rpc', 'protocol', 'common', 'platform'],
  simulator: ['testkit', 'client', 'broker', 'storage', 'coordination', 'rpc', 'protocol', 'common', 'platform'],
};

/** Packages that see the world only through `Platform`. */
export const CORE = ['common', 'protocol', 'rpc', 'storage', 'coordination', 'broker', 'client'] as const;

/** In these, asynchronous code lives in `*.task.ts`. */
export const TASK_ONLY = ['storage', 'coordination', 'broker'] as const;

/** Globals the core must not touch: they would make a simulated run differ from its replay. */
export const FORBIDDEN_GLOBALS = [
  'Date',
  'Math.random',
  'WeakRef',
  'FinalizationRegistry',
  'Atomics.wait',
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'console',
  'globalThis',
  'fetch',
  'crypto',
  'structuredClone',
] as const;

export const LINES_MAX = 400;
