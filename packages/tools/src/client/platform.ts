import { createNodePlatform, type NodePlatform } from '@ottla/platform/node';

/** The world of a tool: warnings and errors go to standard error, as log4j's tools configuration has it. */
export function toolPlatform(): NodePlatform {
  return createNodePlatform({ log: { rootLevel: 'WARN', console: 'stderr' } });
}
