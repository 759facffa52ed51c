/** `a=b` settings, given several times; a later one wins, and one without a value has an empty one. Java: CommandLineUtils.parseKeyValueArgs. */
export function parseProperties(pairs: readonly string[]): Map<string, string> {
  const properties = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 0) properties.set(pair, '');
    else properties.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return properties;
}
