/** Kafka's SecurityProtocol and its id on the wire. */
const IDS: ReadonlyMap<string, number> = new Map([
  ['PLAINTEXT', 0],
  ['SSL', 1],
  ['SASL_PLAINTEXT', 2],
  ['SASL_SSL', 3],
]);

export function securityProtocolId(name: string): number {
  const id = IDS.get(name);
  if (id === undefined) throw new Error(`unknown security protocol ${name}: one of ${[...IDS.keys()].join(', ')}`);
  return id;
}
