import type { OptionParser } from './option-parser.ts';
import { UsageError } from './usage.ts';

const HOST_PORT = /^.*?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$/;

/** Options or arguments, parsed. */
interface Values {
  value(name: string): string | undefined;
}

/** Of a tool that also takes the brokers by their old name. */
export function bootstrapOf(options: Values): string {
  return options.value('bootstrap-server') ?? options.value('broker-list') ?? '';
}

/** Of the tools that are no more than an admin client. */
export function adminSettings(options: Values): { bootstrap: string; configFile: string | undefined } {
  return { bootstrap: options.value('bootstrap-server') ?? '', configFile: options.value('command-config') };
}

/** Java's `ToolsUtils.validateBootstrapServer`, which some tools do before they make a client. */
export function validateBootstrap(parser: OptionParser, hostPorts: string): void {
  const isValid = hostPorts.split(',').every((each) => HOST_PORT.test(each) && each.trim() !== '');
  if (!isValid) throw new UsageError(parser, 'Please provide valid host:port like host1:9091,host2:9092\n ');
}
