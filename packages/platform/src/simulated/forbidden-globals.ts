/** Someone looked at the real world during a simulated run. */
export class ForbiddenGlobalError extends Error {
  override readonly name = 'ForbiddenGlobalError';
  constructor(what: string) {
    super(`${what} was used during a simulated run; use the Platform, or the run cannot be replayed from its seed`);
  }
}

let installations = 0;
let active = 0;
let restore: (() => void) | undefined;

/**
 * Replaces the globals that would make a run differ from its replay by ones that throw while the guard is active, and
 * pass through otherwise: a test runner in the same process uses them between our events. Returns what undoes it; may be
 * nested.
 */
export function installForbiddenGlobals(): () => void {
  if (installations++ === 0) restore = install();
  let installed = true;
  return () => {
    if (!installed) return;
    installed = false;
    if (--installations > 0) return;
    restore?.();
    restore = undefined;
  };
}

/** From here to `deactivate` the installed globals throw. May be nested. */
export function activateForbiddenGlobals(): void {
  active++;
}

export function deactivateForbiddenGlobals(): void {
  active--;
}

/** Runs `body` with the forbidden globals throwing throughout, in the event loop's turns it awaits as well. */
export async function withForbiddenGlobals<Result>(body: () => Result | Promise<Result>): Promise<Result> {
  const uninstall = installForbiddenGlobals();
  activateForbiddenGlobals();
  try {
    return await body();
  } finally {
    deactivateForbiddenGlobals();
    uninstall();
  }
}

function check(what: string): void {
  if (active > 0) throw new ForbiddenGlobalError(what);
}

function install(): () => void {
  const undo = [
    replace(globalThis, 'Date', guardedDate(Date)),
    replace(Math, 'random', guarded('Math.random', Math.random)),
    replace(performance, 'now', guarded('performance.now', performance.now.bind(performance))),
    replace(globalThis, 'setTimeout', guarded('setTimeout', setTimeout)),
    replace(globalThis, 'setInterval', guarded('setInterval', setInterval)),
    replace(globalThis, 'setImmediate', guarded('setImmediate', setImmediate)),
    replace(AbortSignal, 'timeout', guarded('AbortSignal.timeout', AbortSignal.timeout.bind(AbortSignal))),
    replace(crypto, 'getRandomValues', guarded('crypto.getRandomValues', crypto.getRandomValues.bind(crypto))),
    replace(crypto, 'randomUUID', guarded('crypto.randomUUID', crypto.randomUUID.bind(crypto))),
  ];
  return () => {
    for (const undoOne of undo) undoOne();
  };
}

function guarded<Call extends (...args: never[]) => unknown>(what: string, original: Call): Call {
  return new Proxy(original, {
    apply: (target, self, args) => {
      check(what);
      return Reflect.apply(target, self, args);
    },
  });
}

/** `new Date(ms)` is a calculation and stays; what reads the clock throws. */
function guardedDate(original: DateConstructor): DateConstructor {
  const now = guarded('Date.now', original.now);
  return new Proxy(original, {
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
    apply: (target, self, args) => {
      check('Date()');
      return Reflect.apply(target, self, args);
    },
    construct: (target, args, newTarget) => {
      if (args.length === 0) check('new Date()');
      return Reflect.construct(target, args, newTarget);
    },
  });
}

function replace(holder: object, key: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, key);
  Object.defineProperty(holder, key, {
    value,
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? true,
  });
  return () => {
    if (before === undefined) Reflect.deleteProperty(holder, key);
    else Object.defineProperty(holder, key, before);
  };
}
