/** What went wrong, as Kafka's own tools would name it: their users look for these classes and texts. */
import { KafkaError } from '@ottla/client';
import { ToolError } from './tool.ts';

const PACKAGE = 'org.apache.kafka.common.errors';

/** Exceptions that are not called as their error code is. */
const IRREGULAR: Readonly<Record<string, string>> = {
  UNKNOWN_SERVER_ERROR: 'UnknownServerException',
  CORRUPT_MESSAGE: 'CorruptRecordException',
  REQUEST_TIMED_OUT: 'TimeoutException',
  TIMEOUT: 'TimeoutException',
  MESSAGE_TOO_LARGE: 'RecordTooLargeException',
  RECORD_LIST_TOO_LARGE: 'RecordBatchTooLargeException',
  STALE_CONTROLLER_EPOCH: 'ControllerMovedException',
  OFFSET_METADATA_TOO_LARGE: 'OffsetMetadataTooLarge',
  TOPIC_ALREADY_EXISTS: 'TopicExistsException',
  INVALID_CONFIG: 'InvalidConfigurationException',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'OutOfOrderSequenceException',
  DUPLICATE_SEQUENCE_NUMBER: 'DuplicateSequenceException',
  INVALID_TRANSACTION_TIMEOUT: 'InvalidTxnTimeoutException',
  KAFKA_STORAGE_ERROR: 'KafkaStorageException',
  DELEGATION_TOKEN_AUTH_DISABLED: 'DelegationTokenDisabledException',
  NON_EMPTY_GROUP: 'GroupNotEmptyException',
  CONNECTION_FAILED: 'DisconnectException',
  NETWORK_EXCEPTION: 'DisconnectException',
  TLS_FAILED: 'SslAuthenticationException',
};

/** An exception of Java's client: `className: message` when it is printed whole. */
export class JavaError extends ToolError {
  override readonly name = 'JavaError';
  readonly className: string;
  /** What our client threw. */
  readonly kafka: KafkaError | undefined;

  constructor(className: string, message: string, cause?: KafkaError | JavaError) {
    super(message);
    this.className = className;
    this.kafka = cause instanceof KafkaError ? cause : undefined;
    if (cause instanceof JavaError) this.cause = cause;
  }

  override toString(): string {
    return `${this.className}: ${this.message}`;
  }
}

/** Of a file that cannot be read: a checked exception, which some of Java's tools pass on within another. */
export function isFileError(error: unknown): error is JavaError {
  return error instanceof JavaError && /^java\.(?:io|nio\.file)\./.test(error.className);
}

/** The name of the class in `org.apache.kafka.common.errors`. */
export function exceptionName(code: string): string {
  const irregular = IRREGULAR[code];
  if (irregular !== undefined) return irregular;
  const words = code.replace(/(AUTHORIZATION|AUTHENTICATION)_FAILED$/, '$1').replace(/_EXCEPTION$/, '');
  return `${words.replaceAll(/([A-Z0-9])([A-Z0-9]*)(_|$)/g, (_, first: string, rest: string) => first + rest.toLowerCase())}Exception`;
}

/** `call` is Java's name of the request, which its timeouts show. */
export function javaError(error: unknown, call = ''): JavaError | undefined {
  if (error instanceof JavaError) return error;
  if (!(error instanceof KafkaError)) return undefined;
  const { code, cause } = error;
  if (code === 'TIMEOUT') {
    const why =
      cause === undefined || (cause instanceof KafkaError && cause.code === 'CONNECTION_FAILED')
        ? `Timed out waiting for a node assignment. Call: ${call}`
        : error.message;
    return new JavaError(`${PACKAGE}.TimeoutException`, why, error);
  }
  return new JavaError(`${PACKAGE}.${exceptionName(code)}`, error.reason, error);
}

const MAX_BLOCK_MS = '60000';

/** Of a record that was not sent. Java's producer has one text for a topic it learned nothing of in time, whatever was in the way. */
export function sendError(
  error: unknown,
  topic: string,
  properties: ReadonlyMap<string, string>,
): JavaError | undefined {
  if (!(error instanceof KafkaError) || error.code !== 'TIMEOUT' || error.partition !== undefined)
    return javaError(error);
  const limitMs = properties.get('max.block.ms') ?? MAX_BLOCK_MS;
  return new JavaError(
    `${PACKAGE}.TimeoutException`,
    `Topic ${topic} not present in metadata after ${limitMs} ms.`,
    error,
  );
}

/** Runs a request of the client; what it throws is what Java's would throw. */
export async function calling<T>(call: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw javaError(error, call) ?? error;
  }
}
