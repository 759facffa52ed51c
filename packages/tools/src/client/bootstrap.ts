import type { Address } from '@ottla/platform';
import { ToolError } from '../cli/tool.ts';

/** `host1:9092,[::1]:9093` as addresses. Throws with the tools' text when one is no host:port. */
export function parseBootstrap(text: string): Address[] {
  const addresses = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(?:[A-Za-z0-9+.-]+:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d+)$/.exec(part);
      const port = Number(match?.[3]);
      const host = match?.[1] ?? match?.[2];
      if (host === undefined || port > 65_535)
        throw new ToolError('Please provide valid host:port like host1:9091,host2:9092\n ');
      return { host, port };
    });
  if (addresses.length === 0) throw new ToolError('No resolvable bootstrap urls given in bootstrap.servers');
  return addresses;
}
