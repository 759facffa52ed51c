import { createServer, type Socket } from 'node:net';
import { ErrorCode } from '@ottla/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { API } from './api.ts';
import { type Kafka, KafkaError, type KafkaOptions, plain } from './index.ts';
import { certificate } from './test-support/certificate.ts';
import { broker, client } from './test-support/client.ts';
import { scripted, scriptedBroker } from './test-support/scripted-broker.ts';

/** One first thing of each kind that an application does. */
const ATTEMPTS: Readonly<Record<string, (kafka: Kafka) => Promise<unknown>>> = {
  'producer.send': (kafka) => kafka.producer({ blockMaxMs: 300 }).send('orders', { value: 'x' }),
  'admin.describeCluster': (kafka) => kafka.admin().describeCluster(),
  'kafka.request': (kafka) => kafka.request(API.Metadata, { topics: null }),
  'a consumer without a group': (kafka) =>
    kafka
      .consumer({ onReset: 'earliest' })
      .assign([{ topic: 'orders', partition: 0 }])
      [Symbol.asyncIterator]()
      .next(),
  'a consumer in a group': (kafka) =>
    kafka
      .consumer({ group: 'g', heartbeatIntervalMs: 50, sessionTimeoutMs: 300 })
      .subscribe('orders')
      [Symbol.asyncIterator]()
      .next(),
  'a member of a KIP-848 group': (kafka) =>
    kafka
      .consumer({ group: 'g', protocol: 'consumer', heartbeatIntervalMs: 50, sessionTimeoutMs: 300 })
      .subscribe('orders')
      [Symbol.asyncIterator]()
      .next(),
  'a share consumer': (kafka) =>
    kafka.shareConsumer({ group: 'g', sessionTimeoutMs: 300 }).subscribe('orders')[Symbol.asyncIterator]().next(),
  'a transaction': (kafka) => kafka.producer({ transactionalId: 't' }).beginTransaction(),
};

const QUICK: Partial<KafkaOptions> = {
  operationTimeoutMs: 300,
  requestTimeoutMs: 200,
  retryBackoffMs: 5,
  retryBackoffMaxMs: 20,
  reconnectBackoffMs: 5,
  reconnectBackoffMaxMs: 20,
};

/** A peer that speaks no Kafka. */
async function peer(accept: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** The error and what it says about itself, also in its causes. */
async function failureOf(attempt: Promise<unknown>) {
  const error: unknown = await attempt.then(
    (value) => new Error(`it worked: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KafkaError)) throw error;
  const codes: string[] = [];
  for (let each: unknown = error; each instanceof KafkaError; each = each.cause) codes.push(each.code);
  return { error, codes };
}

interface Trouble {
  readonly start: () => Promise<string>;
  readonly options?: Partial<KafkaOptions>;
  /** What must be among the error's code and its causes'. */
  readonly code: string;
  readonly message: RegExp;
  /** It fails at once. */
  readonly isFinal: boolean;
}

const silent = (): Promise<string> => peer(() => {});
const TROUBLES: Readonly<Record<string, Trouble>> = {
  'nobody listens': {
    start: () => Promise.resolve('127.0.0.1:1'),
    code: 'CONNECTION_FAILED',
    message: /127\.0\.0\.1:1\b/,
    isFinal: false,
  },
  'a peer that says nothing': {
    start: silent,
    // The request's end must be told before the session's, also on a busy machine.
    options: { requestTimeoutMs: 50 },
    code: 'REQUEST_TIMED_OUT',
    message: /no answer/,
    isFinal: false,
  },
  'a peer that says nothing to TLS': {
    start: silent,
    options: { tls: true, connectTimeoutMs: 100 },
    code: 'CONNECTION_FAILED',
    message: /ETIMEDOUT/,
    isFinal: false,
  },
  'a peer that is no Kafka': {
    start: () => peer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
    code: 'MALFORMED_RESPONSE',
    message: /no Kafka answer/,
    isFinal: false,
  },
  'TLS there, not here': {
    start: async () => (await scriptedBroker([], { tls: certificate })).bootstrap,
    code: 'NETWORK_EXCEPTION',
    message: /does it expect TLS/,
    isFinal: false,
  },
  'TLS there, not here, and it says so': {
    start: () => peer((socket) => socket.write(Buffer.from('15030300020246', 'hex'))),
    code: 'TLS_FAILED',
    message: /speaks TLS/,
    isFinal: true,
  },
  'TLS here, not there': {
    start: async () => (await scriptedBroker([])).bootstrap,
    options: { tls: true },
    code: 'CONNECTION_FAILED',
    message: /TLS/,
    isFinal: false,
  },
  'a certificate that nobody vouches for': {
    start: async () => (await scriptedBroker([], { tls: certificate })).bootstrap,
    options: { tls: true },
    code: 'TLS_FAILED',
    message: /self-signed/,
    isFinal: true,
  },
  'a wrong password': {
    start: async () => (await sasl('PLAIN')).bootstrap,
    options: { sasl: plain('alice', 'wrong') },
    code: 'SASL_AUTHENTICATION_FAILED',
    message: /Authentication failed: Invalid username or password/,
    isFinal: true,
  },
  'a mechanism that the broker does not have': {
    start: async () => (await sasl('SCRAM-SHA-256')).bootstrap,
    options: { sasl: plain('alice', 'secret') },
    code: 'UNSUPPORTED_SASL_MECHANISM',
    message: /no SASL mechanism PLAIN; it has SCRAM-SHA-256/,
    isFinal: true,
  },
  'SASL there, not here': {
    // What Kafka does with anything but a handshake.
    start: async () => (await scriptedBroker([], { hangsUp: true })).bootstrap,
    code: 'NETWORK_EXCEPTION',
    message: /does it expect SASL/,
    isFinal: false,
  },
  'SASL here, not there': {
    start: async () => (await broker()).bootstrap,
    options: { sasl: plain('alice', 'secret') },
    code: 'UNSUPPORTED_VERSION',
    message: /SaslHandshake/,
    isFinal: true,
  },
};

/** A broker that lets nobody in but alice. */
function sasl(mechanism: string) {
  return scriptedBroker([
    scripted(API.SaslHandshake, (request) => ({
      errorCode: request.mechanism === mechanism ? ErrorCode.NONE : ErrorCode.UNSUPPORTED_SASL_MECHANISM,
      mechanisms: [mechanism],
    })),
    scripted(API.SaslAuthenticate, ({ authBytes }) => {
      const isAlice = authBytes.equals(Buffer.from('\0alice\0secret'));
      const errorMessage = 'Authentication failed: Invalid username or password';
      return isAlice
        ? { errorCode: ErrorCode.NONE, errorMessage: null, authBytes: Buffer.alloc(0) }
        : { errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED, errorMessage, authBytes: Buffer.alloc(0) };
    }),
  ]);
}

describe.each(Object.entries(TROUBLES))('%s', (_, { start, options, code, message, isFinal }) => {
  test.each(Object.entries(ATTEMPTS))('%s: an error that says so, in time', async (name, attempt) => {
    const kafka = client(await start(), { ...QUICK, ...options });
    const { error, codes } = await failureOf(attempt(kafka));
    expect(codes).toContain(code);
    expect(error.message).toMatch(message);
    expect([error.retriable, error.abortable]).toEqual([!isFinal, false]);
    expect(error.broker, name).toBeDefined();
    await kafka.close();
  });
});
