import type { OptionParser } from './option-parser.ts';
import { UsageError } from './usage.ts';

const HOST_PORT = /^.*?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$/;

/** Java's `ToolsUtils.validateBootstrapServer`, which some tools do before they make a client. */
export function validateBootstrap(parser: OptionParser, hostPorts: string): void {
  const isValid = hostPorts.split(',').every((each) => HOST_PORT.test(each) && each.trim() !== '');
  if (!isValid) throw new UsageError(parser, 'Please provide valid host:port like host1:9091,host2:9092\n ');
}
