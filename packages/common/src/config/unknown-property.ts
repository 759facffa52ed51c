import { BROKER_CONFIG_DEF } from './definitions.ts';

/** Properties that belong to plug-ins; a broker without the plug-in has no use for them, but nothing is wrong with them. */
const PLUGIN_PREFIXES = ['rsm.config.', 'rlmm.config.', 'config.providers.', 'confluent.'];

/** Kafka's line for a property that it does not know, and the known one that was perhaps meant. */
export function unknownPropertyWarning(base: string, name: string): string[] {
  // Per mechanism: `plain.sasl.jaas.config` and its like.
  if (/^[^.]+\.sasl\./.test(base) || PLUGIN_PREFIXES.some((prefix) => base.startsWith(prefix))) return [];
  const meant = nearest(base);
  const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`;
  return [`The configuration '${name}' was supplied but isn't a known config.${hint}`];
}

function nearest(name: string): string | undefined {
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of BROKER_CONFIG_DEF.names()) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name, candidate, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's, given up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substituted = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    if (Math.min(...current) >= limit) return limit;
    previous = current;
  }
  return previous[b.length] ?? limit;
}
