import type { ParsedOptions } from '../cli/option-parser.ts';
import { topicPattern } from '../cli/topic-pattern.ts';
import type { Cluster } from '../client/cluster.ts';

/** Topics whose whole name matches `--topic` (a regular expression; a comma separates alternatives), sorted. */
export async function matchingTopics(cluster: Cluster, options: ParsedOptions): Promise<string[]> {
  const wanted = options.value('topic');
  const pattern = wanted === undefined ? undefined : topicPattern(wanted);
  const { topics } = await cluster.metadata(null);
  return topics
    .filter((topic) => !(options.has('exclude-internal') && topic.isInternal))
    .map((topic) => topic.name ?? '')
    .filter((name) => pattern === undefined || pattern.test(name))
    .sort();
}
