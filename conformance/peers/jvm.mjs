// How the JVMs of peers are started.
import { join } from 'node:path';
import { conformanceDir } from '../lib/places.mjs';

/** What Kafka's own start script gives a broker; benchmarks compare with these. */
export const SERVER_FLAGS = [
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-XX:MaxInlineLevel=15',
  '-Djava.awt.headless=true',
];

/** For a program that lives a second: start quickly, never mind the peak. */
export const SHORT_FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-Djava.awt.headless=true'];

/** Both generations of log4j write to stderr, from the level in PEERS_LOG (WARN). */
export function logFlags() {
  const peers = join(conformanceDir, 'peers');
  return [
    `-Dlog4j.configuration=file:${join(peers, 'log4j.properties')}`,
    `-Dlog4j2.configurationFile=${join(peers, 'log4j2.properties')}`,
    `-Dpeers.log=${process.env.PEERS_LOG || 'WARN'}`,
  ];
}

/** @param {string | undefined} text flags separated by blanks @returns {string[]} */
export const words = (text) => (text ?? '').split(/\s+/).filter((word) => word !== '');
