const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when `signal` is aborted, until the function that comes back is called. One listener a signal, however many
 * wait for it: Node takes the eleventh for a leak and says so on stderr.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  // The same function may wait twice.
  const own = (): void => callback();
  const others = waiting.get(signal);
  if (others !== undefined) others.add(own);
  else {
    const all = new Set([own]);
    waiting.set(signal, all);
    const tell = (): void => {
      waiting.delete(signal);
      for (const each of all) each();
    };
    signal.addEventListener('abort', tell, { once: true });
  }
  return () => waiting.get(signal)?.delete(own);
}
