/**
 * Metrics as OpenTelemetry's protobuf (opentelemetry/proto/metrics/v1), as much of it as KIP-714 sends:
 *
 *   MetricsData      1 ResourceMetrics*
 *   ResourceMetrics  1 Resource, 2 ScopeMetrics*
 *   Resource         1 KeyValue*
 *   ScopeMetrics     2 Metric*
 *   Metric           1 name, 5 Gauge { 1 NumberDataPoint* }, 7 Sum { 1 NumberDataPoint*, 2 temporality, 3 is monotonic }
 *   NumberDataPoint  2 start, 3 time (fixed64, ns since 1970), 4 double, 7 KeyValue*
 *   KeyValue         1 key, 2 AnyValue { 1 string }
 */

export interface OtlpMetric {
  readonly name: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Sums: since when, ms since 1970. */
  readonly sum: { readonly startMs: number; readonly isDelta: boolean } | undefined;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

const DELTA = 1;
const CUMULATIVE = 2;

export function metricsData(
  metrics: readonly OtlpMetric[],
  resource: Readonly<Record<string, string>>,
  wallMs: number,
): Buffer {
  const scope = metrics.map((metric) => message(2, metricOf(metric, wallMs)));
  return message(1, message(1, ...attributesOf(1, resource)), message(2, ...scope));
}

function metricOf({ name, value, attributes, sum }: OtlpMetric, wallMs: number): Buffer {
  const point = message(
    1,
    ...(sum === undefined ? [] : [time(2, sum.startMs)]),
    time(3, wallMs),
    double(4, value),
    ...attributesOf(7, attributes),
  );
  const data =
    sum === undefined
      ? message(5, point)
      : message(7, point, varintField(2, sum.isDelta ? DELTA : CUMULATIVE), varintField(3, 1));
  return Buffer.concat([text(1, name), data]);
}

function attributesOf(field: number, attributes: Readonly<Record<string, string>>): Buffer[] {
  return Object.entries(attributes).map(([key, value]) => message(field, text(1, key), message(2, text(1, value))));
}

function message(field: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(field * 8 + BYTES), varint(length), ...parts]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value, 'utf8'));
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + VARINT), varint(value)]);
}

function time(field: number, ms: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = field * 8 + FIXED64;
  bytes.writeBigUInt64LE(BigInt(Math.floor(ms)) * 1_000_000n, 1);
  return bytes;
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = field * 8 + FIXED64;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}
