/** Messages as JSON, as Kafka's tools print them. */
export * from '../generated/record-shapes.ts';
export { JavaDouble, type JsonValue, javaDouble, jsonText } from './json-text.ts';
export type { FieldShape, MessageShape } from './message-shape.ts';
export { messageToJson } from './message-to-json.ts';
