/** Groups by topic, in the order in which topics first appear. */
export function byTopic<T extends { readonly topic: string }>(items: Iterable<T>): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.topic);
    if (group === undefined) groups.set(item.topic, [item]);
    else group.push(item);
  }
  return [...groups];
}
