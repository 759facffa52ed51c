import type { OptionSpec, ParsedOptions } from './option-parser.ts';
import { ToolError } from './tool.ts';

export const ZOOKEEPER: OptionSpec = {
  name: 'zookeeper',
  argument: 'required',
  describedAs: 'urls',
  description: 'Refused: give --bootstrap-server instead.',
};

/** The spellings of before Kafka 3: named, so that nobody looks for a mistake of theirs. */
export function refuseZooKeeper(options: ParsedOptions): void {
  if (options.has('zookeeper'))
    throw new ToolError(
      `--zookeeper ${options.values('zookeeper').join(',')}: tools do not talk to ZooKeeper yet; that comes with clusters of several brokers. Give --bootstrap-server instead.`,
    );
}
