import { ERROR_MESSAGES, ERROR_NAMES, FIRST_ERROR_CODE, RETRIABLE_ERRORS } from './generated/error-code.ts';

/** `NOT_LEADER_OR_FOLLOWER` for 6; `UNKNOWN_SERVER_ERROR` for a code that Kafka does not know, as its clients take it. */
export function errorName(code: number): string {
  return ERROR_NAMES[code - FIRST_ERROR_CODE] ?? ERROR_NAMES[0];
}

/** Kafka's default text for the code (Java: `Errors.message()`). */
export function errorMessage(code: number): string {
  return ERROR_MESSAGES[code - FIRST_ERROR_CODE] ?? ERROR_MESSAGES[0];
}

/** Whether trying again may help (Java: the exception is a RetriableException). */
export function isRetriable(code: number): boolean {
  return RETRIABLE_ERRORS.has(code);
}
