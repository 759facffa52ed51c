import type { BrokerMode } from './broker-mode.ts';
import { ConfigException, require } from './config-exception.ts';
import type { ConfigReader } from './config-reader.ts';
import {
  type ListenerConfig,
  parseListeners,
  parseSecurityProtocolMap,
  type SecurityProtocolMap,
} from './listener-config.ts';

export interface BrokerListeners {
  /** What to listen on; without KRaft's controller listeners. */
  readonly listeners: readonly ListenerConfig[];
  /** What clients are told: advertised.listeners, else the listeners themselves. */
  readonly advertisedListeners: readonly ListenerConfig[];
  readonly interBrokerListenerName: string;
  /** Names of listeners that the file meant for KRaft controllers, left out above. */
  readonly controllerListenerNames: readonly string[];
}

/** The listeners and all that Kafka demands of them. Throws ConfigException. */
export function brokerListeners(
  config: ConfigReader,
  mode: BrokerMode,
  isSet: (name: string) => boolean,
): BrokerListeners {
  const isKRaft = mode.kind === 'embedded' && mode.isKRaftFile;
  const listenersText = config.string('listeners');
  const controllerNames = csv(config.nullableString('controller.listener.names'));
  const protocols = securityProtocols(config, isKRaft, isSet, listenersText, controllerNames);
  const interBrokerListenerName = interBrokerName(config, protocols, isSet);
  const all = parseListeners(listenersText, protocols, true);
  const advertisedText = config.nullableString('advertised.listeners');
  const advertised = advertisedText === null ? all : parseListeners(advertisedText, protocols, false);
  const isController = (listener: ListenerConfig): boolean => controllerNames.includes(listener.name);
  const result = {
    listeners: all.filter((listener) => !isController(listener)),
    advertisedListeners: advertised.filter((listener) => !isController(listener)),
    interBrokerListenerName,
    controllerListenerNames: controllerNames,
  };
  checkControllerNames(controllerNames, all, isKRaft);
  checkAdvertised(result, all, isKRaft);
  checkControlPlane(config, protocols, result);
  checkEarlyStart(config, all, controllerNames);
  return result;
}

/** KafkaConfig.effectiveListenerSecurityProtocolMap: KRaft's controller listeners need no entry while all is plaintext. */
function securityProtocols(
  config: ConfigReader,
  isKRaft: boolean,
  isSet: (name: string) => boolean,
  listenersText: string,
  controllerNames: readonly string[],
): SecurityProtocolMap {
  const property = 'listener.security.protocol.map';
  const protocols = parseSecurityProtocolMap(config.string(property));
  if (!isKRaft || isSet(property)) return protocols;
  const names = [...controllerNames, ...csv(listenersText).map((text) => text.split('://')[0] ?? '')];
  if (names.some((name) => ['SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(name.toUpperCase()))) return protocols;
  for (const name of controllerNames) protocols.set(name, 'PLAINTEXT');
  return protocols;
}

function interBrokerName(
  config: ConfigReader,
  protocols: SecurityProtocolMap,
  isSet: (name: string) => boolean,
): string {
  const name = config.nullableString('inter.broker.listener.name');
  if (name === null) return config.string('security.inter.broker.protocol');
  if (isSet('security.inter.broker.protocol')) {
    throw new ConfigException(
      'Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.',
    );
  }
  if (name === '') throw new ConfigException('The provided listener name is null or empty string');
  if (!protocols.has(name.toUpperCase())) {
    throw new ConfigException(
      `Listener with name ${name.toUpperCase()} defined in inter.broker.listener.name not found in listener.security.protocol.map.`,
    );
  }
  return name.toUpperCase();
}

function checkControllerNames(names: readonly string[], all: readonly ListenerConfig[], isKRaft: boolean): void {
  if (!isKRaft) {
    const text = `controller.listener.names must be empty when not running in KRaft mode: [${names.join(', ')}]`;
    require(names.length === 0, text);
    return;
  }
  const known = all.map((listener) => listener.name);
  const where = "appearing in the 'listeners' configuration when running the KRaft controller role";
  require(names.every((name) => known.includes(name)), `controller.listener.names must only contain values ${where}`);
  require(names.length > 0, `controller.listener.names must contain at least one value ${where}`);
}

function checkAdvertised(result: BrokerListeners, all: readonly ListenerConfig[], isKRaft: boolean): void {
  const names = result.advertisedListeners.map((listener) => listener.name);
  require(names.length > 0, `There must be at least one broker advertised listener.${
    isKRaft ? ' Perhaps all listeners appear in controller.listener.names?' : ''
  }`);
  require(names.includes(
    result.interBrokerListenerName,
  ), `inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are ${names.join(',')}`);
  const known = all.map((listener) => listener.name);
  require(names.every((name) =>
    known.includes(name),
  ), `advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found ${names.join(',')}. The valid options based on the current configuration are ${known.join(',')}`);
  require(result.advertisedListeners.every(
    (listener) => listener.host !== '0.0.0.0',
  ), 'advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.');
}

function checkControlPlane(config: ConfigReader, protocols: SecurityProtocolMap, result: BrokerListeners): void {
  const name = config.nullableString('control.plane.listener.name')?.toUpperCase();
  if (name === undefined) return;
  if (!protocols.has(name)) {
    throw new ConfigException(
      `Listener with ${name} defined in control.plane.listener.name not found in listener.security.protocol.map.`,
    );
  }
  const names = result.advertisedListeners.map((listener) => listener.name);
  require(names.includes(
    name,
  ), `control.plane.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are ${names.join(',')}`);
  require(name !==
    result.interBrokerListenerName, `control.plane.listener.name, when defined, should have a different value from the inter broker listener name. Currently they both have the value ListenerName(${name})`);
}

function checkEarlyStart(
  config: ConfigReader,
  all: readonly ListenerConfig[],
  controllerNames: readonly string[],
): void {
  for (const name of csv(config.nullableString('early.start.listeners'))) {
    if (!all.some((listener) => listener.name === name) && !controllerNames.includes(name)) {
      throw new ConfigException(
        `early.start.listeners contains listener ${name}, but this is not contained in listeners or controller.listener.names`,
      );
    }
  }
}

/** Throws for a listener that this version cannot serve. */
export function refuseUnsupportedListeners(listeners: readonly ListenerConfig[]): void {
  const unsupported = listeners.find((listener) => listener.securityProtocol !== 'PLAINTEXT');
  if (unsupported === undefined) return;
  const { name, host, port, securityProtocol } = unsupported;
  throw new ConfigException(
    `Ottla cannot serve the listener ${name}://${host.includes(':') ? `[${host}]` : host}:${port}: its security protocol is ${securityProtocol}, and only PLAINTEXT is supported for now.`,
  );
}

function csv(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
