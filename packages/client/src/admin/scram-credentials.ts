/**
 * SCRAM credentials (KIP-554). The password never leaves: what is sent is its hash with a salt, from which a broker makes
 * what it keeps.
 */
import { checkCode, KafkaError } from '../errors.ts';
import { ALTER_USER_SCRAM_CREDENTIALS, DESCRIBE_USER_SCRAM_CREDENTIALS } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

/** Kafka's codes. */
const MECHANISMS = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const;
const DIGESTS = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const;
export type ScramMechanismName = keyof typeof MECHANISMS;

/** What kafka-configs takes when it is not told; a broker takes 4096 to 16384. */
const ITERATIONS_DEFAULT = 4096;
const SALT_BYTES = 20;

export interface ScramCredential {
  readonly mechanism: ScramMechanismName | 'unknown';
  readonly iterations: number;
}

/** A new credential, or one that goes. */
export type ScramAlteration = {
  readonly user: string;
  readonly mechanism: ScramMechanismName;
} & (
  | {
      readonly password: string | Uint8Array;
      readonly iterations?: number | undefined;
      /** Default: random. */
      readonly salt?: Uint8Array | undefined;
      readonly delete?: false | undefined;
    }
  | { readonly delete: true }
);

/** By user: of these, or of all who have any. */
export async function describeScramCredentials(
  calls: Calls,
  users: readonly string[] | undefined,
): Promise<Map<string, ScramCredential[]>> {
  const answer = await calls.ask(
    DESCRIBE_USER_SCRAM_CREDENTIALS,
    'any',
    { users: users?.map((name) => ({ name })) ?? null },
    (res) => checkCode(res.errorCode, res.errorMessage),
  );
  const outcomes: Outcomes<ScramCredential[]> = new Map();
  for (const { user, errorCode, errorMessage, credentialInfos } of answer.results)
    outcomes.set(
      user,
      outcome(errorCode, errorMessage, {}, () =>
        credentialInfos.map(({ mechanism, iterations }) => ({ mechanism: mechanismOf(mechanism), iterations })),
      ),
    );
  return settled(outcomes);
}

/** Of a user with one alteration that is refused, none is made. */
export async function alterScramCredentials(calls: Calls, alterations: readonly ScramAlteration[]): Promise<void> {
  const outcomes: Outcomes<true> = new Map();
  for (const each of alterations) {
    const reason = refusal(each);
    if (reason !== undefined) outcomes.set(each.user, new KafkaError('UNACCEPTABLE_CREDENTIAL', reason));
  }
  const left = alterations.filter(({ user }) => !outcomes.has(user));
  if (left.length > 0) {
    const { crypto } = calls.cluster.platform;
    const request = {
      deletions: left
        .filter((each) => each.delete === true)
        .map(({ user: name, mechanism }) => ({ name, mechanism: MECHANISMS[mechanism] })),
      upsertions: await Promise.all(
        left
          .filter((each) => each.delete !== true)
          .map(async ({ user: name, mechanism, password, iterations = ITERATIONS_DEFAULT, salt }) => {
            const salty = Buffer.from(salt ?? crypto.randomBytes(SALT_BYTES));
            const saltedPassword = await crypto.pbkdf2(DIGESTS[mechanism], Buffer.from(password), salty, iterations);
            return { name, mechanism: MECHANISMS[mechanism], iterations, salt: salty, saltedPassword };
          }),
      ),
    };
    const answer = await calls.controller(ALTER_USER_SCRAM_CREDENTIALS, request, (res) =>
      res.results.map(({ errorCode }) => errorCode),
    );
    for (const { user, errorCode, errorMessage } of answer.results)
      outcomes.set(
        user,
        outcome(errorCode, errorMessage, {}, () => true),
      );
  }
  settled(outcomes);
}

/** What Java's Admin refuses before it asks, and what could not be hashed. */
function refusal(each: ScramAlteration): string | undefined {
  if (each.user === '') return 'Username must not be empty';
  if (each.delete === true) return undefined;
  if (each.password.length === 0) return 'Password must not be empty';
  const { iterations = ITERATIONS_DEFAULT } = each;
  return Number.isInteger(iterations) && iterations > 0 ? undefined : `There can't be ${iterations} iterations`;
}

function mechanismOf(code: number): ScramCredential['mechanism'] {
  return code === 1 ? 'SCRAM-SHA-256' : code === 2 ? 'SCRAM-SHA-512' : 'unknown';
}
