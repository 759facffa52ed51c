import { expect, test } from 'vitest';
import { scripted, scriptedBroker } from '../test-support/scripted-broker.ts';
import { DELETE_ACLS } from './acl-apis.ts';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from './index.ts';

test('deleted ACLs are told as kafkajs tells them: without an error its text is null', async () => {
  const acl = {
    principal: 'User:a',
    host: '*',
    operation: AclOperationTypes.READ,
    permissionType: AclPermissionTypes.DENY,
  };
  const resource = { resourceType: AclResourceTypes.TOPIC, resourceName: 'orders' };
  const success = { errorCode: 0, errorMessage: null };
  const server = await scriptedBroker([
    scripted(DELETE_ACLS, () => ({
      throttleTimeMs: 0,
      filterResults: [
        { ...success, matchingAcls: [{ ...success, ...resource, ...acl, patternType: ResourcePatternTypes.LITERAL }] },
      ],
    })),
  ]);
  const admin = new Kafka({ brokers: [server.bootstrap], logLevel: logLevel.NOTHING }).admin();
  try {
    const filter = { ...resource, ...acl, resourcePatternType: ResourcePatternTypes.LITERAL };
    expect(await admin.deleteAcls({ filters: [filter] })).toEqual({
      throttleTime: 0,
      filterResponses: [{ ...success, matchingAcls: [{ ...success, ...filter }] }],
    });
  } finally {
    await admin.disconnect();
  }
});
