import { ErrorCode, errorMessage } from '@ottla/protocol';

/** An error code and the text that says more than the code's own (Kafka's ApiError). */
export interface ApiError {
  readonly error: ErrorCode;
  readonly message: string | null;
}

export const NO_ERROR: ApiError = { error: ErrorCode.NONE, message: null };

/** Kafka leaves out a text that only repeats the code's general one. */
export function apiError(error: ErrorCode, message: string | null = null): ApiError {
  return { error, message: message === errorMessage(error) ? null : message };
}
