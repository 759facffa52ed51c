/** Longest topic name (Topic.MAX_NAME_LENGTH): with `-<partition>-delete` and a UUID it still is a file name. */
export const TOPIC_NAME_LENGTH_MAX = 249;

/** Topics of the broker's own (Topic.isInternal). */
export const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** Why `name` is not a legal topic name, in Kafka's words (Topic.validate), or undefined when it is. */
export function topicNameError(name: string, what = 'Topic name'): string | undefined {
  if (name.length === 0) return `${what} is invalid: the empty string is not allowed`;
  if (name === '.') return `${what} is invalid: '.' is not allowed`;
  if (name === '..') return `${what} is invalid: '..' is not allowed`;
  if (name.length > TOPIC_NAME_LENGTH_MAX) {
    return `${what} is invalid: the length of '${name}' is longer than the max allowed length ${TOPIC_NAME_LENGTH_MAX}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `${what} is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return undefined;
}

/** True when metric names of the topic can collide with another's: `.` becomes `_` there. */
export function hasCollisionChars(name: string): boolean {
  return name.includes('.') || name.includes('_');
}

/** The form two colliding names share: `a.b` and `a_b` both give `a_b`. */
export function unifiedTopicName(name: string): string {
  return name.replaceAll('.', '_');
}

export function topicNamesCollide(a: string, b: string): boolean {
  return unifiedTopicName(a) === unifiedTopicName(b);
}
