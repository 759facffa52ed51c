import { type GroupClient, listing } from './group-client.ts';
import { statesOf, typesOf } from './options.ts';

export async function listGroups({ admin, options, io, limit }: GroupClient): Promise<void> {
  const states = statesOf(options.value('state'));
  const types = typesOf(options.value('type'))?.map((type) => type.toLowerCase());
  const withState = options.has('state');
  const withType = options.has('type');
  const groups = await listing(() => admin.listConsumerGroups({ ...limit, states, types }));
  if (!withState && !withType) {
    io.stdout.write(groups.map(({ groupId }) => `${groupId}\n`).join(''));
    return;
  }
  const width = Math.max(15, ...groups.map(({ groupId }) => groupId.length)) + 10;
  const row = (group: string, type: string, state: string): string =>
    [group.padEnd(width), ...(withType ? [type.padEnd(20)] : []), ...(withState ? [state.padEnd(20)] : [])].join(' ');
  const lines = [
    row('GROUP', 'TYPE', 'STATE'),
    ...groups.map(({ groupId, type, state }) => row(groupId, titled(type), state || 'Unknown')),
  ];
  io.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** `Classic` for `classic`; Java's enum prints so. */
function titled(type: string): string {
  return type === '' ? 'Unknown' : type.charAt(0).toUpperCase() + type.slice(1).toLowerCase();
}
