import type { MessageCodec } from '@ottla/protocol';
import { decodeFromBuffer, encodeToBuffer } from '@ottla/protocol';
import type { ApiHandler } from '../api/handler.ts';
import { ANONYMOUS } from '../api/handler.ts';
import type { Authorizer } from '../security/authorizer.ts';
import { AllowAll } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import type { TestPlane } from './control-plane.ts';

/** The services that a control plane has; asking for another one is a mistake of the test. */
export function planeServices(test: TestPlane, authorizer: Authorizer = new AllowAll()): BrokerServices {
  const { plane, platform, config } = test;
  const known: Partial<BrokerServices> = {
    brokerId: 0,
    config,
    metadata: plane.metadata,
    admin: plane.admin,
    configs: plane.configs,
    producerIds: plane.producerIds,
    authorizer,
    quotas: { record: () => 0, countsTime: false, admit: () => true },
    platform,
  };
  return new Proxy({} as BrokerServices, {
    get(_, property) {
      if (!(property in known)) throw new Error(`the control plane has no ${String(property)}`);
      return Reflect.get(known, property);
    },
  });
}

/** One request to a handler, over the bytes of its version in both directions. */
export function callApi<Req, ReqInit, Res, ResInit>(
  handler: ApiHandler<Req, ResInit>,
  codecs: { readonly request: MessageCodec<Req, ReqInit>; readonly response: MessageCodec<Res, ResInit> },
  version: number,
  request: ReqInit,
  services: BrokerServices,
): Promise<Res> {
  const decoded = decodeFromBuffer(codecs.request, encodeToBuffer(codecs.request, request, version), version);
  return new Promise((resolve, reject) => {
    handler.handle(
      {
        context: {
          connectionId: '127.0.0.1:9092-127.0.0.1:1-0',
          listener: 'PLAINTEXT',
          securityProtocol: 'PLAINTEXT',
          principal: ANONYMOUS,
          clientId: 'test',
          clientAddress: '127.0.0.1',
          apiKey: handler.key,
          apiVersion: version,
          correlationId: 1,
          startMs: 0,
          softwareName: 'unknown',
          softwareVersion: 'unknown',
        },
        request: decoded,
        respond: (response) => {
          try {
            const bytes = encodeToBuffer(codecs.response, response, version);
            resolve(decodeFromBuffer(codecs.response, bytes, version));
          } catch (error) {
            reject(error);
          }
        },
        noResponse: () => reject(new Error('no response')),
        disconnect: (reason) => reject(new Error(reason)),
        retainFrame: () => {},
        releaseFrame: () => {},
        onAbandoned: () => {},
        describeClient: () => {},
      },
      services,
    );
  });
}
