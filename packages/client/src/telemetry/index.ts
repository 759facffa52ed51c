export type { ClientMetric } from './client-metric.ts';
export type {
  CommittedEvent,
  Diagnostics,
  DiagnosticsChannel,
  DiagnosticsEvents,
  FetchedEvent,
  ProducedEvent,
  RebalancedEvent,
  RequestEvent,
} from './diagnostics.ts';
