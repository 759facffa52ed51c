export { connectionLimitsPerIp } from './broker-checks.ts';
export type { BrokerConfigSources } from './broker-config.ts';
export { BrokerConfig } from './broker-config.ts';
export { chooseBrokerId } from './broker-id.ts';
export type { BrokerMode } from './broker-mode.ts';
export type { Importance, UpdateMode } from './config-def.ts';
export { ConfigDef, ConfigKey } from './config-def.ts';
export type { ConfigEntry, ConfigSource, ConfigSynonym } from './config-entry.ts';
export { CONFIG_SOURCE } from './config-entry.ts';
export type { ConfigExceptionClass } from './config-exception.ts';
export { ConfigException } from './config-exception.ts';
export { ConfigReader } from './config-reader.ts';
export type { ConfigType, ConfigValue } from './config-type.ts';
export { CONFIG_TYPE_CODES, Password } from './config-type.ts';
export {
  BROKER_CONFIG_DEF,
  BROKER_DYNAMIC_ONLY_DEF,
  brokerSynonyms,
  GROUP_CONFIG_DEF,
  listenerPrefixed,
  TOPIC_CONFIG_DEF,
} from './definitions.ts';
export { ConfigView, DynamicBrokerConfig } from './dynamic-broker-config.ts';
export { environmentProperties } from './environment.ts';
export type { ListenerConfig, SecurityProtocol } from './listener-config.ts';
export { parsePairs } from './listener-config.ts';
export type { LogConfig, LogConfigValues, TimestampType, TopicCompression } from './log-config.ts';
export { MalformedPropertiesError, readProperties, writeProperties } from './properties.ts';
export { fixedLogConfig, TopicConfigs } from './topic-configs.ts';
export { formatConfigValue, formatJavaDouble, parseConfigValue, parseJavaDouble } from './values.ts';
