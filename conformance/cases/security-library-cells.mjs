// The client of this repository as an administrator of users and their rights, on a broker of its own with an authorizer.
import { createKafka, scram256, scram512 } from '@ottla/client';
import { expect } from '../lib/cells.mjs';
import { cell, expectSame, needs } from '../lib/library-cell.mjs';
import { freePort } from '../lib/ports.mjs';
import { withTarget } from '../lib/targets.mjs';
import { until } from '../lib/wait.mjs';

/** @typedef {import('../lib/cells.mjs').Cell} Cell */
/** @typedef {import('../lib/cells.mjs').Context} Context */
/** @typedef {import('@ottla/client').Kafka} Kafka */

const DESCRIBE_ACLS = 29;
const CREATE_DELEGATION_TOKEN = 38;
const DESCRIBE_USER_SCRAM_CREDENTIALS = 50;
const UPDATE_FEATURES = 57;

const AUTHORIZERS = {
  ottla: 'kafka.security.authorizer.AclAuthorizer',
  'kafka-3.9': 'kafka.security.authorizer.AclAuthorizer',
  'kafka-3.9-kraft': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'kafka-4.3': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
};

/** @returns {Cell[]} */
export const securityLibraryCells = () => [
  cell('admin: ACLs', acls),
  cell('admin: SCRAM credentials, with logins', scramCredentials),
  cell('admin: delegation tokens', delegationTokens),
  cell('admin: features', features),
];

/**
 * A broker that knows users; nobody is asked who they are at its plain listener, and may do anything.
 * @param {Context} at
 * @param {(kafka: Kafka, as: (sasl: import('@ottla/client').SaslMechanism) => Kafka) => Promise<void>} body
 */
async function secured(at, body) {
  const port = await freePort();
  const jaas = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const set = {
    'authorizer.class.name': AUTHORIZERS[at.target.kind],
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'true',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config': jaas,
    'listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config': jaas,
    'delegation.token.secret.key': 'not a secret',
  };
  await withTarget(at.target.kind, { set, listeners: [`SASL_PLAINTEXT://127.0.0.1:${port}`] }, async (target) => {
    /** @type {Kafka[]} */
    const clients = [];
    const open = (options) => {
      const kafka = createKafka({ operationTimeoutMs: 15_000, ...options });
      clients.push(kafka);
      return kafka;
    };
    try {
      const as = (sasl) => open({ brokers: `127.0.0.1:${port}`, sasl });
      await body(open({ brokers: target.bootstrap }), as);
    } finally {
      await Promise.all(clients.map((kafka) => kafka.close()));
    }
  });
}

/** @param {Promise<unknown>} promise */
const errorOf = (promise) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

async function acls(at, shared) {
  await needs(shared, DESCRIBE_ACLS);
  const off = await errorOf(shared.admin().describeAcls());
  expectSame(off?.code, 'SECURITY_DISABLED');
  await secured(at, async (kafka) => {
    const admin = kafka.admin();
    /** @type {import('@ottla/client').Acl} */
    const read = {
      resourceType: 'topic',
      resourceName: 'orders',
      patternType: 'literal',
      principal: 'User:alice',
      host: '*',
      operation: 'read',
      permission: 'allow',
    };
    /** @type {import('@ottla/client').Acl[]} */
    const all = [
      read,
      { ...read, resourceName: 'ord', patternType: 'prefixed', operation: 'write', permission: 'deny' },
      { ...read, resourceType: 'group', resourceName: '*', operation: 'all' },
      { ...read, resourceType: 'transactional-id', resourceName: 'tx', operation: 'describe', host: '127.0.0.1' },
      { ...read, resourceType: 'cluster', resourceName: 'kafka-cluster', operation: 'idempotent-write' },
    ];
    await admin.createAcls(all);
    const sorted = (list) => list.map((acl) => JSON.stringify(acl, Object.keys(read))).toSorted();
    /** @type {import('@ottla/client').Acl[]} */
    let found = [];
    await until('all ACLs', 10_000, async () => (found = await admin.describeAcls()).length === all.length);
    expectSame(sorted(found), sorted(all));
    const matching = await admin.describeAcls({ resourceType: 'topic', resourceName: 'orders', patternType: 'match' });
    expectSame(sorted(matching), sorted(all.slice(0, 2)));
    expectSame(sorted(await admin.describeAcls({ operation: 'read' })), sorted([read]));
    const other = { ...read, resourceType: 'cluster', resourceName: 'other', operation: 'create' };
    const bad = await errorOf(admin.createAcls([other, { ...read, operation: 'describe' }]));
    expect(bad?.failures?.size === 1 && bad.results?.size === 1, `one of two was to fail: ${bad}`);
    const deleted = await admin.deleteAcls([{ resourceType: 'topic' }, { principal: 'User:nobody' }]);
    expectSame(
      [...deleted.values()].map(({ length }) => length),
      [3, 0],
    );
    await until('the other ACLs', 10_000, async () => (await admin.describeAcls()).length === 3);
  });
}

const byText = (a, b) => (a < b ? -1 : 1);
const byMechanism = (a, b) => (a.mechanism < b.mechanism ? -1 : 1);

/** A broker hears of new credentials a little later than it tells of them, from ZooKeeper or from the controller. @param {Kafka} kafka */
const isLetIn = async (kafka) => (await errorOf(kafka.admin().describeCluster())) === undefined;

async function scramCredentials(at, shared) {
  await needs(shared, DESCRIBE_USER_SCRAM_CREDENTIALS);
  await secured(at, async (kafka, as) => {
    const admin = kafka.admin();
    await admin.alterUserScramCredentials([
      { user: 'alice', mechanism: 'SCRAM-SHA-256', password: 'alice-secret', iterations: 8192 },
      { user: 'bob', mechanism: 'SCRAM-SHA-512', password: Buffer.from('schlüssel'), salt: Buffer.from('salt') },
    ]);
    // KRaft takes one alteration of a user in a request.
    await admin.alterUserScramCredentials([{ user: 'alice', mechanism: 'SCRAM-SHA-512', password: 'other-secret' }]);
    let found = new Map();
    const isAll = async () =>
      (found = await admin.describeUserScramCredentials()).size === 2 && found.get('alice').length === 2;
    await until('both users', 10_000, isAll);
    expectSame(
      [...found].map(([user, list]) => [user, list.toSorted(byMechanism)]).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      [
        [
          'alice',
          [
            { mechanism: 'SCRAM-SHA-256', iterations: 8192 },
            { mechanism: 'SCRAM-SHA-512', iterations: 4096 },
          ],
        ],
        ['bob', [{ mechanism: 'SCRAM-SHA-512', iterations: 4096 }]],
      ],
    );
    for (const sasl of [
      scram256('alice', 'alice-secret'),
      scram512('alice', 'other-secret'),
      scram512('bob', 'schlüssel'),
    ])
      await until('a login', 10_000, () => isLetIn(as(sasl)));
    const wrong = await errorOf(as(scram256('alice', 'other-secret')).admin().describeCluster());
    expectSame(wrong?.code, 'SASL_AUTHENTICATION_FAILED');
    const missing = await errorOf(admin.describeUserScramCredentials(['alice', 'carol']));
    expectSame(
      [missing?.failures?.get('carol')?.code, missing?.results?.get('alice')?.length],
      ['RESOURCE_NOT_FOUND', 2],
    );
    const refused = await errorOf(
      admin.alterUserScramCredentials([
        { user: 'bob', mechanism: 'SCRAM-SHA-512', delete: true },
        { user: 'dave', mechanism: 'SCRAM-SHA-256', password: 'x', iterations: 100 },
        { user: 'erin', mechanism: 'SCRAM-SHA-256', password: '' },
        { user: 'alice', mechanism: 'SCRAM-SHA-256', delete: true },
      ]),
    );
    expectSame([...(refused?.failures ?? [])].map(([user, { code }]) => `${user} ${code}`).toSorted(byText), [
      'dave UNACCEPTABLE_CREDENTIAL',
      'erin UNACCEPTABLE_CREDENTIAL',
    ]);
    await until('bob is gone', 10_000, async () => (await admin.describeUserScramCredentials()).size === 1);
    expectSame(
      [...(await admin.describeUserScramCredentials(['alice']))],
      [['alice', [{ mechanism: 'SCRAM-SHA-512', iterations: 4096 }]]],
    );
  });
}

async function delegationTokens(at, shared) {
  await needs(shared, CREATE_DELEGATION_TOKEN);
  const plain = await errorOf(shared.admin().createDelegationToken());
  expect(
    ['DELEGATION_TOKEN_AUTH_DISABLED', 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'].includes(plain?.code),
    `a token without a login: ${plain}`,
  );
  await secured(at, async (kafka, as) => {
    await kafka
      .admin()
      .alterUserScramCredentials([{ user: 'alice', mechanism: 'SCRAM-SHA-256', password: 'alice-secret' }]);
    await until('alice', 10_000, () => isLetIn(as(scram256('alice', 'alice-secret'))));
    const admin = as(scram256('alice', 'alice-secret')).admin();
    const alice = { type: 'User', name: 'alice' };
    const made = await admin.createDelegationToken({
      renewers: [{ type: 'User', name: 'bob' }],
      maxLifetimeMs: 3_600_000,
    });
    expectSame([made.owner, made.requester, made.maxMs - made.issuedAtMs], [alice, alice, 3_600_000]);
    /** @type {import('@ottla/client').DelegationToken[]} */
    let seen = [];
    const isThere = async () => (seen = await admin.describeDelegationTokens({ owners: [alice] })).length === 1;
    await until('the token', 10_000, isThere);
    expectSame(
      [seen[0]?.tokenId, seen[0]?.hmac.equals(made.hmac), seen[0]?.renewers],
      [made.tokenId, true, [{ type: 'User', name: 'bob' }]],
    );
    // A token is a SCRAM login.
    const user = scram256(made.tokenId, made.hmac.toString('base64'), { isToken: true });
    await as(user).admin().describeCluster();
    const renewed = await admin.renewDelegationToken(made.hmac, { periodMs: 60_000 });
    expect(renewed > made.issuedAtMs && renewed < made.maxMs, `renewed until ${renewed}`);
    await admin.expireDelegationToken(made.hmac);
    await until('no token', 10_000, async () => (await admin.describeDelegationTokens()).length === 0);
    const gone = await errorOf(admin.renewDelegationToken(made.hmac));
    expectSame(gone?.code, 'DELEGATION_TOKEN_NOT_FOUND');
  });
}

async function features(at, kafka) {
  const admin = kafka.admin();
  const { finalized, supported } = await admin.describeFeatures();
  for (const [name, { max }] of Object.entries(finalized))
    expect(
      supported[name] !== undefined && supported[name].max >= max,
      `${name} is finalized beyond what is supported`,
    );
  await needs(kafka, UPDATE_FEATURES);
  const unknown = await errorOf(admin.updateFeatures({ 'no.such.feature': { level: 1 } }));
  expect(unknown !== undefined, 'a feature that does not exist was finalized');
  const [name] = Object.keys(supported).filter((each) => each === 'group.version');
  if (name === undefined) return at.note('no feature can be changed here');
  const old = finalized[name]?.max ?? 0;
  const levelIs = async (level) => ((await admin.describeFeatures()).finalized[name]?.max ?? 0) === level;
  // Where it is not on, it is put on for a moment; the other way round where it is.
  const other = old === 0 ? 1 : 0;
  await admin.updateFeatures(
    { [name]: { level: other, type: other > old ? 'upgrade' : 'unsafe-downgrade' } },
    { validateOnly: true },
  );
  expect(await levelIs(old), 'a check changed the feature');
}
