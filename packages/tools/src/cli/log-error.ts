import { Logger } from '@ottla/platform';
import { toolPlatform } from './kafka-client.ts';

/** What Java's tools log beside their message; operators' scripts look at standard error. */
export async function logError(logger: string, text: string, detail?: string): Promise<void> {
  const platform = toolPlatform();
  new Logger(platform.log, logger).error(text, detail);
  await platform.close();
}
