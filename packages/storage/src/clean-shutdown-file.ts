/*
 * .kafka_cleanshutdown: the log directory was flushed and closed. {"version":0,"brokerEpoch":N} since Kafka 3.7, empty before;
 * whatever cannot be read still says "clean", with no epoch known (Java: CleanShutdownFileHandler; KIP-966).
 */
export const UNKNOWN_BROKER_EPOCH = -1;

export function formatCleanShutdown(brokerEpoch: number): string {
  return JSON.stringify({ version: 0, brokerEpoch });
}

/** The broker epoch of the run that ended cleanly, or UNKNOWN_BROKER_EPOCH. */
export function parseCleanShutdown(text: string): number {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'brokerEpoch' in parsed) {
      const epoch = parsed.brokerEpoch;
      if (typeof epoch === 'number' && Number.isSafeInteger(epoch)) return epoch;
    }
  } catch {
    // Not JSON: an older broker's file.
  }
  return UNKNOWN_BROKER_EPOCH;
}
