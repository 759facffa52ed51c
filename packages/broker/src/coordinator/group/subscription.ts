import type { ClassicGroup } from './classic-group.ts';

export const CONSUMER_PROTOCOL = 'consumer';

/**
 * The topics a consumer group's members subscribe to, read from their metadata (ConsumerProtocolSubscription: version
 * int16, then an array of topic names). Undefined when a member's metadata can't be read: it is the client's business.
 */
export function subscribedTopics(group: ClassicGroup): Set<string> | undefined {
  const protocol = group.protocolName;
  if (protocol === undefined || group.protocolType !== CONSUMER_PROTOCOL) return undefined;
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const metadata = member.metadata(protocol);
    if (metadata.length < 6) return undefined;
    const count = metadata.readInt32BE(2);
    let at = 6;
    for (let index = 0; index < count; index++) {
      if (at + 2 > metadata.length) return undefined;
      const length = metadata.readInt16BE(at);
      if (length < 0 || at + 2 + length > metadata.length) return undefined;
      topics.add(metadata.toString('utf8', at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return topics;
}
