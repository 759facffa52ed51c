import type { CallOptions } from '../options.ts';
import * as acls from './acls.ts';
import { AdminCalls } from './admin-calls.ts';
import * as tokens from './delegation-tokens.ts';
import * as scram from './scram-credentials.ts';

/** Who may log in, and who may do what. */
export abstract class SecurityAdmin extends AdminCalls {
  /** Default: all. */
  describeAcls(filter: acls.AclFilter = {}, options: CallOptions = {}): Promise<acls.Acl[]> {
    return this.run('Describing ACLs', options, (calls) => acls.describeAcls(calls, filter));
  }

  createAcls(list: readonly acls.Acl[], options: CallOptions = {}): Promise<void> {
    return this.run('Creating ACLs', options, (calls) => acls.createAcls(calls, list));
  }

  /** What was deleted, by `aclName` of the filter. */
  deleteAcls(filters: readonly acls.AclFilter[], options: CallOptions = {}): Promise<Map<string, acls.Acl[]>> {
    return this.run('Deleting ACLs', options, (calls) => acls.deleteAcls(calls, filters));
  }

  /** By user; default: all who have any. A user without credentials is a failure (RESOURCE_NOT_FOUND). */
  describeUserScramCredentials(
    users?: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, scram.ScramCredential[]>> {
    return this.run('Describing SCRAM credentials', options, (calls) => scram.describeScramCredentials(calls, users));
  }

  /** Hashes passwords here; failures are by user. */
  alterUserScramCredentials(alterations: readonly scram.ScramAlteration[], options: CallOptions = {}): Promise<void> {
    return this.run('Altering SCRAM credentials', options, (calls) => scram.alterScramCredentials(calls, alterations));
  }

  createDelegationToken(
    wanted: tokens.NewDelegationToken = {},
    options: CallOptions = {},
  ): Promise<tokens.DelegationToken> {
    return this.run('Creating a delegation token', options, (calls) => tokens.createDelegationToken(calls, wanted));
  }

  /** The new time of expiry, ms since 1970. */
  renewDelegationToken(
    hmac: Uint8Array,
    options: CallOptions & { readonly periodMs?: number | undefined } = {},
  ): Promise<number> {
    return this.run('Renewing a delegation token', options, (calls) =>
      tokens.renewDelegationToken(calls, hmac, options.periodMs ?? -1),
    );
  }

  /** Default: at once. The new time of expiry, ms since 1970. */
  expireDelegationToken(
    hmac: Uint8Array,
    options: CallOptions & { readonly periodMs?: number | undefined } = {},
  ): Promise<number> {
    return this.run('Expiring a delegation token', options, (calls) =>
      tokens.expireDelegationToken(calls, hmac, options.periodMs ?? -1),
    );
  }

  /** Default: of all owners that may be seen. */
  describeDelegationTokens(
    options: CallOptions & { readonly owners?: readonly tokens.Principal[] | undefined } = {},
  ): Promise<tokens.DelegationToken[]> {
    return this.run('Describing delegation tokens', options, (calls) =>
      tokens.describeDelegationTokens(calls, options.owners),
    );
  }
}
