import type { MetricsRegistry } from '@ottla/common';
import type { RequestMetrics } from './request-metrics.ts';
import type { TopicMetrics } from './topic-metrics.ts';

export interface BrokerMetrics {
  readonly registry: MetricsRegistry;
  readonly requests: RequestMetrics;
  readonly topics: TopicMetrics;
}
