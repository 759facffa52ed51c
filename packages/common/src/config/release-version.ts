/** Kafka's releases by their metadata versions (MetadataVersion), oldest first: `release: number of -IVn revisions`. */
const RELEASES: readonly (readonly [string, number])[] = [
  ['0.10.0', 2],
  ['0.10.1', 3],
  ['0.10.2', 1],
  ['0.11.0', 3],
  ['1.0', 1],
  ['1.1', 1],
  ['2.0', 2],
  ['2.1', 3],
  ['2.2', 2],
  ['2.3', 2],
  ['2.4', 2],
  ['2.5', 1],
  ['2.6', 1],
  ['2.7', 3],
  ['2.8', 2],
  ['3.0', 2],
  ['3.1', 1],
  ['3.2', 1],
  ['3.3', 4],
  ['3.4', 1],
  ['3.5', 3],
  ['3.6', 3],
  ['3.7', 5],
  ['3.8', 1],
  ['3.9', 1],
  ['4.0', 2],
];
const WITHOUT_REVISION = ['0.8.0', '0.8.1', '0.8.2', '0.9.0'];

/** Known by its revisions only: not released when 3.9 was. */
const UNRELEASED = '4.0';

/**
 * A version's place in time, or undefined when Kafka 3.9 knows no such version: `3.9`, `3.9.1` and `3.9-IV0` all name one;
 * a release without revision stands for its last.
 */
export function releaseOrdinal(version: string): number | undefined {
  const segments = version.split('.').slice(0, version.startsWith('0.') ? 3 : 2);
  const [release = '', revision] = segments.join('.').split('-IV');
  if (revision === undefined) {
    const early = WITHOUT_REVISION.indexOf(release);
    if (early >= 0) return early;
    if (release === UNRELEASED) return undefined;
  }
  const index = RELEASES.findIndex(([name]) => name === release);
  const last = (RELEASES[index]?.[1] ?? 0) - 1;
  if (last < 0 || (revision !== undefined && !(/^[0-9]$/.test(revision) && Number(revision) <= last))) return undefined;
  return WITHOUT_REVISION.length + index * 10 + (revision === undefined ? last : Number(revision));
}

export function isReleaseVersion(version: string): boolean {
  return releaseOrdinal(version) !== undefined;
}
