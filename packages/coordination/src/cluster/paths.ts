/** Where Kafka keeps what in ZooKeeper (kafka.zk.ZkData). All below the chroot of `zookeeper.connect`. */
export const CLUSTER_ID = '/cluster/id';
export const CONTROLLER = '/controller';
export const CONTROLLER_EPOCH = '/controller_epoch';
export const BROKER_IDS = '/brokers/ids';
export const BROKER_SEQUENCE = '/brokers/seqid';
export const TOPICS = '/brokers/topics';
export const CONFIG = '/config';
export const CONFIG_CHANGES = '/config/changes';
export const CONFIG_CHANGE_PREFIX = 'config_change_';
export const DELETE_TOPICS = '/admin/delete_topics';
export const REASSIGN_PARTITIONS = '/admin/reassign_partitions';
export const PREFERRED_REPLICA_ELECTION = '/admin/preferred_replica_election';
export const ISR_CHANGES = '/isr_change_notification';
export const ISR_CHANGE_PREFIX = 'isr_change_';
export const LOG_DIR_EVENTS = '/log_dir_event_notification';
export const LOG_DIR_EVENT_PREFIX = 'log_dir_event_';
export const PRODUCER_ID_BLOCK = '/latest_producer_id_block';
export const FEATURE = '/feature';
/** Kafka's name of the entity that stands for all of its kind. */
export const DEFAULT_ENTITY = '<default>';

/** Folders that a broker makes at start when they are missing (ZkData.PersistentZkPaths), and their parents before them. */
export const PERSISTENT_PATHS: readonly string[] = [
  '/consumers',
  '/brokers',
  BROKER_IDS,
  TOPICS,
  CONFIG,
  CONFIG_CHANGES,
  '/admin',
  DELETE_TOPICS,
  BROKER_SEQUENCE,
  ISR_CHANGES,
  PRODUCER_ID_BLOCK,
  LOG_DIR_EVENTS,
  '/config/topics',
  '/config/clients',
  '/config/users',
  '/config/brokers',
  '/config/ips',
];

export type ConfigEntityType = 'topics' | 'clients' | 'users' | 'brokers' | 'ips';

export const brokerPath = (id: number): string => `${BROKER_IDS}/${id}`;
export const topicPath = (topic: string): string => `${TOPICS}/${topic}`;
export const topicPartitionsPath = (topic: string): string => `${TOPICS}/${topic}/partitions`;
export const partitionPath = (topic: string, partition: number): string => `${TOPICS}/${topic}/partitions/${partition}`;
export const partitionStatePath = (topic: string, partition: number): string =>
  `${TOPICS}/${topic}/partitions/${partition}/state`;
export const deleteTopicPath = (topic: string): string => `${DELETE_TOPICS}/${topic}`;
export const configTypePath = (type: ConfigEntityType): string => `${CONFIG}/${type}`;
/** `name` is a topic, a broker id, `<default>`, or a URL-encoded user, client or address. */
export const configPath = (type: ConfigEntityType, name: string): string => `${CONFIG}/${type}/${name}`;
