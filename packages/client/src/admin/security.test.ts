import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { API } from '../api.ts';
import { client } from '../test-support/client.ts';
import { scripted, scriptedBroker } from '../test-support/scripted-broker.ts';
import { type Acl, aclName } from './acls.ts';

test('SCRAM: what is sent is the salted hash, and who is refused here is not asked for', async () => {
  const sent: unknown[] = [];
  const server = await scriptedBroker([
    scripted(API.AlterUserScramCredentials, ({ deletions, upsertions }) => {
      for (const { name, mechanism, iterations, salt, saltedPassword } of upsertions)
        sent.push([name, mechanism, iterations, salt.toString(), saltedPassword.toString('base64')]);
      for (const { name, mechanism } of deletions) sent.push([name, mechanism]);
      const users = new Set([...upsertions, ...deletions].map(({ name }) => name));
      return { throttleTimeMs: 0, results: [...users].map((user) => ({ user, errorCode: 0, errorMessage: null })) };
    }),
  ]);
  const admin = client(server).admin();
  const error: unknown = await admin
    .alterUserScramCredentials([
      {
        user: 'user',
        mechanism: 'SCRAM-SHA-256',
        password: 'pencil',
        salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
      },
      { user: 'both', mechanism: 'SCRAM-SHA-512', delete: true },
      { user: 'both', mechanism: 'SCRAM-SHA-256', password: '' },
      { user: 'gone', mechanism: 'SCRAM-SHA-512', delete: true },
    ])
    .catch((thrown: unknown) => thrown);
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64').toString();
  // RFC 7677's user; its salted password from another implementation (Python's hashlib).
  expect(sent).toEqual([
    ['user', 1, 4096, salt, 'xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0='],
    ['gone', 2],
  ]);
  expect(error).toMatchObject({ code: 'UNACCEPTABLE_CREDENTIAL', message: 'Password must not be empty' });
  expect(error).toHaveProperty('failures.size', 1);
  expect(error).toHaveProperty('results.size', 2);
});

test('SCRAM: another controller is asked, and unknown users are named', async () => {
  let asked = 0;
  const server = await scriptedBroker([
    scripted(API.AlterUserScramCredentials, () => ({
      throttleTimeMs: 0,
      results: [{ user: 'u', errorCode: asked++ < 2 ? ErrorCode.NOT_CONTROLLER : 0, errorMessage: null }],
    })),
    scripted(API.DescribeUserScramCredentials, ({ users }) => ({
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      results: (users ?? []).map(({ name: user }) => ({
        user,
        errorCode: user === 'x' ? ErrorCode.RESOURCE_NOT_FOUND : 0,
        errorMessage: null,
        credentialInfos: [{ mechanism: 2, iterations: 4096 }],
      })),
    })),
  ]);
  const admin = client(server, { retryBackoffMs: 2 }).admin();
  await admin.alterUserScramCredentials([{ user: 'u', mechanism: 'SCRAM-SHA-256', delete: true }]);
  expect(asked).toBe(3);
  const error: unknown = await admin.describeUserScramCredentials(['u', 'x']).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'RESOURCE_NOT_FOUND',
    results: new Map([['u', [{ mechanism: 'SCRAM-SHA-512', iterations: 4096 }]]]),
  });
});

const READ: Acl = {
  resourceType: 'topic',
  resourceName: 'orders',
  patternType: 'literal',
  principal: 'User:alice',
  host: '*',
  operation: 'read',
  permission: 'allow',
};

test('ACLs: Kafka 1.x knows literal names only, and prefixes are refused by name', async () => {
  const filters: unknown[] = [];
  const server = await scriptedBroker([
    scripted(
      API.DescribeAcls,
      (request) => {
        filters.push([request.resourceTypeFilter, request.resourceNameFilter, request.operation]);
        const acls = [{ principal: 'User:alice', host: '*', operation: 3, permissionType: 3 }];
        const resources = [{ resourceType: 2, resourceName: 'orders', acls }];
        return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, resources };
      },
      { max: 0 },
    ),
    scripted(API.CreateAcls, () => ({ throttleTimeMs: 0, results: [] }), { max: 0 }),
  ]);
  const admin = client(server).admin();
  expect(await admin.describeAcls({ resourceType: 'topic' })).toEqual([READ]);
  expect(filters).toEqual([[2, null, 1]]);
  const needed = { code: 'UNSUPPORTED_VERSION', message: expect.stringContaining('DescribeAcls') };
  await expect(admin.describeAcls({ patternType: 'match' })).rejects.toMatchObject(needed);
  await expect(admin.createAcls([{ ...READ, patternType: 'prefixed' }])).rejects.toMatchObject({
    code: 'UNSUPPORTED_VERSION',
  });
});

test('ACLs: what could not be deleted is named by its filter', async () => {
  const server = await scriptedBroker([
    scripted(API.DeleteAcls, ({ filters }) => ({
      throttleTimeMs: 0,
      filterResults: filters.map(({ resourceNameFilter }) => ({
        errorCode: resourceNameFilter === 'bad' ? ErrorCode.SECURITY_DISABLED : 0,
        errorMessage: resourceNameFilter === 'bad' ? 'No Authorizer is configured.' : null,
        matchingAcls: [
          {
            errorCode: 0,
            errorMessage: null,
            resourceType: 99,
            resourceName: 'new',
            patternType: 4,
            principal: 'User:a',
            host: '*',
            operation: 77,
            permissionType: 2,
          },
        ],
      })),
    })),
  ]);
  const error: unknown = await client(server)
    .admin()
    .deleteAcls([{ resourceName: 'good' }, { resourceName: 'bad' }])
    .catch((thrown: unknown) => thrown);
  const good = aclName({ resourceName: 'good' });
  expect(error).toMatchObject({ code: 'SECURITY_DISABLED', message: 'No Authorizer is configured.' });
  expect(error).toHaveProperty('failures.size', 1);
  // A newer broker's resources and operations are there, as unknown.
  const deleted = { resourceType: 'unknown', operation: 'unknown', permission: 'deny', patternType: 'prefixed' };
  expect(error).toHaveProperty('results', new Map([[good, [expect.objectContaining(deleted)]]]));
});
