/**
 * ApiVersions, versions 0-4 (KIP-35, KIP-511, KIP-584). A version beyond these is answered in version 0 with the range
 * there is, before this handler is asked. v3: the client's software; features. Below v4 a feature that is supported from
 * 0 on is left out, since older decoders refuse it.
 */
import {
  ApiKey,
  ApiVersionsRequest,
  ApiVersionsResponse,
  type ApiVersionsResponseInit,
  ErrorCode,
} from '@ottla/protocol';
import type { ApiHandler } from './handler.ts';

const SOFTWARE_PATTERN = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

export const apiVersions: ApiHandler<ApiVersionsRequest, ApiVersionsResponseInit> = {
  key: ApiKey.ApiVersions,
  request: ApiVersionsRequest,
  response: ApiVersionsResponse,
  minVersion: 0,
  maxVersion: 4,
  handle(call, broker) {
    const { context, request } = call;
    const version = context.apiVersion;
    if (version >= 3) {
      const { clientSoftwareName, clientSoftwareVersion } = request;
      if (!SOFTWARE_PATTERN.test(clientSoftwareName) || !SOFTWARE_PATTERN.test(clientSoftwareVersion)) {
        call.respond({ errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [] });
        return;
      }
      call.describeClient(clientSoftwareName, clientSoftwareVersion);
    }
    const { features } = broker;
    call.respond({
      errorCode: ErrorCode.NONE,
      apiKeys: broker.listedApis,
      throttleTimeMs: broker.quotas.record(context, 'request', 0),
      supportedFeatures: features.supported.filter(({ minVersion }) => version >= 4 || minVersion > 0),
      finalizedFeaturesEpoch: features.finalizedEpoch,
      finalizedFeatures: features.finalized
        .filter(({ level }) => level > 0)
        .map(({ name, level }) => ({ name, minVersionLevel: level, maxVersionLevel: level })),
    });
  },
  onError: (errorCode) => ({ errorCode, apiKeys: [] }),
};
