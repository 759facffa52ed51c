/** Features (KIP-584): what a cluster has switched on. */
import { clampToNumber } from '@ottla/protocol';
import { checkCode } from '../errors.ts';
import { API_VERSIONS } from '../network/apis.ts';
import type { NodeTarget } from '../network/cluster.ts';
import { UPDATE_FEATURES } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';
import { timeoutOf } from './topics.ts';

export interface FeatureDescription {
  readonly finalized: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
  /** Undefined: nothing was ever finalized. */
  readonly finalizedEpoch: number | undefined;
  /** Of the broker that was asked. */
  readonly supported: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
}

export async function describeFeatures(calls: Calls, node: NodeTarget): Promise<FeatureDescription> {
  const software = { clientSoftwareName: 'ottla', clientSoftwareVersion: '0.1.0' };
  const answer = await calls.ask(
    API_VERSIONS,
    node,
    (version) => (version >= 3 ? software : {}),
    (res) => checkCode(res.errorCode),
  );
  const epoch = clampToNumber(answer.finalizedFeaturesEpoch);
  return {
    finalized: Object.fromEntries(
      answer.finalizedFeatures.map(({ name, minVersionLevel: min, maxVersionLevel: max }) => [name, { min, max }]),
    ),
    finalizedEpoch: epoch < 0 ? undefined : epoch,
    supported: Object.fromEntries(
      answer.supportedFeatures.map(({ name, minVersion: min, maxVersion: max }) => [name, { min, max }]),
    ),
  };
}

const UPGRADE_TYPES = { upgrade: 1, 'safe-downgrade': 2, 'unsafe-downgrade': 3 } as const;

/** Level 0 takes a feature away. */
export async function updateFeatures(
  calls: Calls,
  updates: Readonly<Record<string, { readonly level: number; readonly type?: keyof typeof UPGRADE_TYPES | undefined }>>,
  validateOnly: boolean,
): Promise<void> {
  const answer = await calls.ask(
    UPDATE_FEATURES,
    'controller',
    (version) => ({
      timeoutMs: timeoutOf(calls),
      featureUpdates: Object.entries(updates).map(([feature, { level: maxVersionLevel, type = 'upgrade' }]) =>
        version >= 1
          ? { feature, maxVersionLevel, upgradeType: UPGRADE_TYPES[type] }
          : { feature, maxVersionLevel, allowDowngrade: type !== 'upgrade' },
      ),
      ...(version >= 1 ? { validateOnly } : {}),
    }),
    (res) => checkCode(res.errorCode, res.errorMessage),
    validateOnly ? 1 : 0,
  );
  const outcomes: Outcomes<true> = new Map();
  for (const { feature, errorCode, errorMessage } of answer.results)
    outcomes.set(
      feature,
      outcome(errorCode, errorMessage, {}, () => true),
    );
  settled(outcomes);
}
