export type { Broker, BrokerListener, StartOptions } from './server/broker.ts';
export { startBroker } from './server/start-broker.task.ts';
export type { BrokerServices } from './services.ts';
