export { json, type SchemaIssue, type SchemaResult, type StandardSchema } from './json.ts';
export { bytes, float64, int32, int64, string } from './primitives.ts';
export { nullable, type Serde, type SerdeContext } from './serde.ts';
export { type AnyTopic, type InputOf, type RecordOf, type Topic, topic, type UntypedTopic } from './topic.ts';
