import { encodeObject, numberAt, parseObject, stringAt } from './json.ts';

/** `/controller` version 2 (Kafka 3.4+). `nowMs` is the wall clock. */
export function encodeController(brokerId: number, nowMs: number): Buffer {
  return encodeObject({ version: 2, brokerid: brokerId, timestamp: String(nowMs), kraftControllerEpoch: -1 });
}

/** The id of the controller; undefined when the node is not one. */
export function decodeController(data: Uint8Array | null): number | undefined {
  const json = parseObject(data);
  return json === undefined ? undefined : numberAt(json, 'brokerid');
}

/** `/controller_epoch`: decimal text. */
export function encodeControllerEpoch(epoch: number): Buffer {
  return Buffer.from(String(epoch));
}

export function decodeControllerEpoch(data: Uint8Array | null): number | undefined {
  if (data === null) return undefined;
  const text = Buffer.from(data).toString('latin1');
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `/cluster/id`; its version is a string. */
export function encodeClusterId(id: string): Buffer {
  return encodeObject({ version: '1', id });
}

export function decodeClusterId(data: Uint8Array | null): string | undefined {
  const json = parseObject(data);
  return json === undefined ? undefined : stringAt(json, 'id');
}
