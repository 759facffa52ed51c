import type { Platform } from '@ottla/platform';
import type { LogManager } from '@ottla/storage';
import type { BrokerConfig } from './config/broker-config.ts';
import type { ConfigAdmin } from './config/config-admin.ts';
import type { ProducerIdManager } from './controller/producer-id-manager.ts';
import type { TopicAdmin } from './controller/topic-admin.ts';
import type { GroupCoordinator } from './coordinator/group/group-coordinator.ts';
import type { ZnodeOffsets } from './coordinator/group/znode-offsets.task.ts';
import type { MetadataCache } from './metadata/metadata-cache.ts';
import type { BrokerMetrics } from './metrics/broker-metrics.ts';
import type { Quotas } from './quota/quotas.ts';
import type { FetchSessionCache } from './replication/fetch-session-cache.ts';
import type { ReplicaManager } from './replication/replica-manager.ts';
import type { TopicSettings } from './replication/topic-settings.ts';
import type { Authorizer } from './security/authorizer.ts';
import type { Features } from './server/features.ts';

/** The owners a handler may ask. One object per broker, complete before the first listener opens. */
export interface BrokerServices {
  readonly brokerId: number;
  readonly config: BrokerConfig;
  readonly metadata: MetadataCache;
  readonly replicas: ReplicaManager;
  readonly logs: LogManager;
  readonly fetchSessions: FetchSessionCache;
  readonly topicSettings: TopicSettings;
  readonly admin: TopicAdmin;
  readonly configs: ConfigAdmin;
  readonly groups: GroupCoordinator;
  /** Of clients older than groups. */
  readonly znodeOffsets: ZnodeOffsets;
  readonly producerIds: ProducerIdManager;
  readonly authorizer: Authorizer;
  readonly quotas: Quotas;
  readonly metrics: BrokerMetrics;
  readonly features: Features;
  /** What ApiVersions lists. */
  readonly listedApis: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[];
  readonly platform: Platform;
}
