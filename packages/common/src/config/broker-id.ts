import type { BrokerConfig } from './broker-config.ts';
import { ConfigException } from './config-exception.ts';

/**
 * The id a broker starts with (KafkaServer.getOrGenerateBrokerId): the configured one, which must be that of
 * meta.properties; else that of meta.properties; else `generate`: the next one above `reserved.broker.max.id`.
 */
export function chooseBrokerId(
  config: BrokerConfig,
  storedId: number | undefined,
): { readonly kind: 'known'; readonly brokerId: number } | { readonly kind: 'generate'; readonly above: number } {
  const configured = config.brokerId;
  if (configured >= 0 && storedId !== undefined && storedId !== configured) {
    throw new ConfigException(
      `Configured broker.id ${configured} doesn't match stored broker.id ${storedId} in meta.properties. If you moved your data, make sure your configured broker.id matches. If you intend to create a new broker, you should remove all data in your data directories (log.dirs).`,
    );
  }
  const brokerId = storedId ?? configured;
  if (brokerId >= 0) return { kind: 'known', brokerId };
  return { kind: 'generate', above: config.int('reserved.broker.max.id') };
}
