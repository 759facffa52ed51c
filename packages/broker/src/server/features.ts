/** A feature this broker can serve at these levels (KIP-584). */
export interface SupportedFeature {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export interface FinalizedFeature {
  readonly name: string;
  readonly level: number;
}

/** What `/feature` finalizes and this broker supports; the table that ApiVersions and the API list ask. */
export interface Features {
  readonly supported: readonly SupportedFeature[];
  readonly finalized: readonly FinalizedFeature[];
  /** Version of the `/feature` znode; -1 while it is not known. */
  readonly finalizedEpoch: number;
}

/** Transactions, the new groups and share groups are not built yet: no feature is supported, none finalized. */
export const NO_FEATURES: Features = { supported: [], finalized: [], finalizedEpoch: 0 };
