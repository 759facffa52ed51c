import type { BrokerConfig } from './broker-config.ts';
import { ConfigException } from './config-exception.ts';

/**
 * The id a broker starts with: the configured one, which must be that of meta.properties (`storedIn` names the file); else
 * that of meta.properties; else a new one above `reserved.broker.max.id` (KafkaServer.getOrGenerateBrokerId,
 * MetaPropertiesEnsemble.verify).
 */
export function chooseBrokerId(
  config: BrokerConfig,
  storedId: number | undefined,
  storedIn: string,
): { readonly kind: 'known'; readonly brokerId: number } | { readonly kind: 'generate'; readonly above: number } {
  const configured = config.brokerId;
  if (configured >= 0 && storedId !== undefined && storedId !== configured) {
    throw new ConfigException(
      `Stored node id ${storedId} doesn't match previous node id ${configured} in ${storedIn}. If you moved your data, make sure your configured node id matches. If you intend to create a new node, you should remove all data in your data directories.`,
      'java.lang.RuntimeException',
    );
  }
  const brokerId = storedId ?? configured;
  if (brokerId >= 0) return { kind: 'known', brokerId };
  return { kind: 'generate', above: config.int('reserved.broker.max.id') };
}
