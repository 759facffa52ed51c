/** Kafka's RangeAssignor: for each topic, consecutive partitions to its subscribers in order of their member ids. */
export interface Subscriber {
  readonly memberId: string;
  readonly topics: readonly string[];
}

export function assignRange(
  subscribers: readonly Subscriber[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, Map<string, number[]>> {
  const assignment = new Map<string, Map<string, number[]>>(subscribers.map(({ memberId }) => [memberId, new Map()]));
  for (const [topic, count] of partitionCounts) {
    const members = subscribers
      .filter(({ topics }) => topics.includes(topic))
      .map(({ memberId }) => memberId)
      .sort();
    const each = Math.floor(count / members.length);
    const extra = count % members.length;
    let next = 0;
    members.forEach((memberId, index) => {
      const length = each + (index < extra ? 1 : 0);
      if (length > 0)
        assignment.get(memberId)?.set(
          topic,
          Array.from({ length }, (_, at) => next + at),
        );
      next += length;
    });
  }
  return assignment;
}
