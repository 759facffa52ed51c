/** The broker's properties as they are now. Nothing reads one once and keeps it: ask again, or subscribe. */
export type { DynamicBrokerConfig as BrokerConfig } from '@ottla/common';
