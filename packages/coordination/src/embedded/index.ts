export { JOURNAL_NAME, MetadataCorruptError, SNAPSHOT_NAME } from './journal-format.ts';
export type { EmbeddedStoreOptions } from './open.task.ts';
export { memoryStore, openEmbeddedStore } from './open.task.ts';
export { EmbeddedStore } from './store.ts';
