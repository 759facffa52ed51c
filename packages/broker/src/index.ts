export type { Endpoint, EndpointHost, Exchange } from './api/endpoint.ts';
export type { RequestContext } from './api/handler.ts';
export type { Broker, BrokerListener, StartOptions } from './server/broker.ts';
export { startBroker } from './server/start-broker.task.ts';
export type { BrokerServices } from './services.ts';
