/** The Kafka whose behaviour this broker shows. */
export const KAFKA_VERSION = '3.9.2';
