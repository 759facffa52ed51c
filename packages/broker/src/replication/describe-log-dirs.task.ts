import type { Disk } from '@ottla/platform';
import {
  type DescribeLogDirsRequest,
  type DescribeLogDirsResponseDescribeLogDirsResultInit,
  type DescribeLogDirsResponseDescribeLogDirsTopicInit,
  ErrorCode,
} from '@ottla/protocol';
import type { LogManager } from '@ottla/storage';

type Result = DescribeLogDirsResponseDescribeLogDirsResultInit;

/** `topics` null: all. Never rejects: a directory that cannot be asked answers KAFKA_STORAGE_ERROR. */
export async function describeLogDirs(
  logs: LogManager,
  disk: Disk,
  topics: DescribeLogDirsRequest['topics'],
): Promise<Result[]> {
  const asked =
    topics === null ? undefined : new Map(topics.map(({ topic, partitions }) => [topic, new Set(partitions)]));
  const results: Result[] = [];
  for (const logDir of logs.liveDirectories) {
    try {
      const { freeBytes, totalBytes } = await disk.space(logDir);
      results.push({
        errorCode: ErrorCode.NONE,
        logDir,
        topics: describeDirectory(logs, logDir, asked),
        totalBytes,
        usableBytes: freeBytes,
      });
    } catch {
      results.push(offline(logDir));
    }
  }
  for (const logDir of logs.offlineDirectories) results.push(offline(logDir));
  return results;
}

function describeDirectory(
  logs: LogManager,
  logDir: string,
  asked: ReadonlyMap<string, ReadonlySet<number>> | undefined,
): DescribeLogDirsResponseDescribeLogDirsTopicInit[] {
  const topics = new Map<
    string,
    { partitionIndex: number; partitionSize: number; offsetLag: number; isFutureKey: boolean }[]
  >();
  for (const log of logs.logs()) {
    if (!log.directory.startsWith(`${logDir}/`) || log.directory.indexOf('/', logDir.length + 1) >= 0) continue;
    if (asked !== undefined && asked.get(log.topic)?.has(log.partition) !== true) continue;
    const partitions = topics.get(log.topic) ?? [];
    // The lag of a replica that is being moved to another directory, behind the current one; others have none.
    partitions.push({ partitionIndex: log.partition, partitionSize: log.sizeBytes, offsetLag: 0, isFutureKey: false });
    topics.set(log.topic, partitions);
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }));
}

function offline(logDir: string): Result {
  return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, logDir, topics: [] };
}
