/** SASL over Kafka's own requests (KIP-43, KIP-152): a handshake that names the mechanism, then its messages. */
import type { Platform } from '@ottla/platform';
import {
  clampToNumber,
  ErrorCode,
  SaslAuthenticateRequest,
  SaslAuthenticateResponse,
  SaslHandshakeRequest,
  SaslHandshakeResponse,
} from '@ottla/protocol';
import type { RpcApi } from '../api.ts';
import { RpcError } from '../rpc-error.ts';
import type { SaslMechanism } from './mechanism.ts';

const HANDSHAKE = { request: SaslHandshakeRequest, response: SaslHandshakeResponse };
const AUTHENTICATE = { request: SaslAuthenticateRequest, response: SaslAuthenticateResponse };
/** More messages than any mechanism has. */
const ROUNDS_MAX = 10;

/** What authentication asks of a connection. `minVersion`: below it the broker is too old. */
export type SaslCall = <Req, Res>(api: RpcApi<Req, Res>, body: Req, minVersion: number) => Promise<Res>;

/** Resolves with the session's lifetime in ms, 0: no end. Rejects with RpcError AUTHENTICATION. */
export async function authenticate(
  platform: Platform,
  peer: string,
  mechanism: SaslMechanism,
  call: SaslCall,
): Promise<number> {
  const handshake = await call(HANDSHAKE, { mechanism: mechanism.name }, 1);
  if (handshake.errorCode !== ErrorCode.NONE) {
    const enabled = handshake.mechanisms.join(', ');
    const message = `${peer} has no SASL mechanism ${mechanism.name}; it has ${enabled}`;
    const reason = `Client SASL mechanism '${mechanism.name}' not enabled in the server, enabled mechanisms are [${enabled}]`;
    throw refused(peer, message, handshake.errorCode, { reason });
  }
  let lifetimeMs = 0;
  try {
    const exchange = mechanism.start(platform);
    let message: Buffer | undefined = await exchange.first();
    for (let round = 0; message !== undefined; round++) {
      if (round === ROUNDS_MAX) throw new Error(`no end after ${ROUNDS_MAX} messages`);
      const answer: SaslAuthenticateResponse = await call(AUTHENTICATE, { authBytes: message }, 0);
      if (answer.errorCode !== ErrorCode.NONE) {
        const why = answer.errorMessage ?? 'no reason was given';
        const message = `Authentication with ${mechanism.name} failed at ${peer}: ${why}`;
        throw refused(peer, message, answer.errorCode, { reason: answer.errorMessage ?? undefined });
      }
      lifetimeMs = clampToNumber(answer.sessionLifetimeMs);
      message = await exchange.next(answer.authBytes);
    }
  } catch (error) {
    if (error instanceof RpcError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const message = `Authentication with ${mechanism.name} failed at ${peer}: ${why}`;
    throw refused(peer, message, ErrorCode.SASL_AUTHENTICATION_FAILED, { cause: error });
  }
  return lifetimeMs;
}

function refused(
  peer: string,
  message: string,
  errorCode: number,
  { cause, reason }: { readonly cause?: unknown; readonly reason?: string | undefined },
): RpcError {
  return new RpcError('AUTHENTICATION', peer, message, false, cause, errorCode, reason);
}
