import { expect, test } from 'vitest';
import { type ClientKind, checkedProperties } from './client-config.ts';

const checked = (kind: ClientKind, properties: Record<string, string>): Map<string, string> =>
  checkedProperties(kind, new Map(Object.entries(properties)));

test.each<[ClientKind, Record<string, string>, string]>([
  ['Producer', { acks: '7' }, 'Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1'],
  ['AdminClient', { retries: 'x' }, 'Invalid value x for configuration retries: Not a number of type INT'],
  [
    'Producer',
    { acks: '1', 'enable.idempotence': 'true' },
    'Must set acks to all in order to use the idempotent producer.',
  ],
  [
    'Producer',
    { acks: '1', 'transactional.id': 'x' },
    'Cannot set a transactional.id without also enabling idempotence.',
  ],
  ['Producer', { 'delivery.timeout.ms': '5' }, 'Failed to construct kafka producer'],
  ['Consumer', { 'group.id': 'g', 'session.timeout.ms': '3000' }, 'Failed to construct kafka consumer'],
])('%s refuses %j as Java does', (kind, properties, message) => {
  expect(() => checked(kind, properties)).toThrow(message);
});

test('what another kind of client is set by is left out, whatever its value; unknown names stay', () => {
  expect(checked('Consumer', { acks: '7', 'my.name': 'x', 'max.poll.records': '1' })).toEqual(
    new Map([
      ['my.name', 'x'],
      ['max.poll.records', '1'],
    ]),
  );
});

test('what nobody asked for is no fault: a producer of acks=1 is not idempotent; by_duration is for the client to read', () => {
  expect(checked('Producer', { acks: '1' }).get('acks')).toBe('1');
  expect(checked('Consumer', { 'auto.offset.reset': 'by_duration:PT1H' }).size).toBe(1);
  expect(checked('Consumer', { 'group.protocol': 'consumer', 'group.id': 'g', 'session.timeout.ms': '1' }).size).toBe(
    3,
  );
});
