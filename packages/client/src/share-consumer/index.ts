export type { Acknowledged, ShareConsumerOptions } from './options.ts';
export { ShareConsumer } from './share-consumer.ts';
export { ShareBatch } from './share-iterators.ts';
export type { Acknowledgeable } from './share-record.ts';
