/** What properties belong to (ConfigResource.Type), by its id on the wire. */
export const RESOURCE_TYPE = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map([
  [RESOURCE_TYPE.topic, 'TOPIC'],
  [RESOURCE_TYPE.broker, 'BROKER'],
  [RESOURCE_TYPE.brokerLogger, 'BROKER_LOGGER'],
  [RESOURCE_TYPE.clientMetrics, 'CLIENT_METRICS'],
  [RESOURCE_TYPE.group, 'GROUP'],
]);

export interface ConfigResource {
  readonly type: number;
  readonly name: string;
}

export function resourceTypeName(type: number): string {
  return NAMES.get(type) ?? 'UNKNOWN';
}

/** As Java prints it. */
export function resourceText({ type, name }: ConfigResource): string {
  return `ConfigResource(type=${resourceTypeName(type)}, name='${name}')`;
}
