/**
 * InitProducerId, versions 0-5. Without a transactional id (idempotent producers) each call gets a new producer id with
 * epoch 0, also when it names the one it had (KIP-360 bumps epochs of transactional producers only). v3: the id and
 * epoch known so far, both or neither. v4: PRODUCER_FENCED.
 *
 * There is no transaction coordinator yet: a transactional id gets NOT_COORDINATOR, as from any broker that does not
 * lead its partition of __transaction_state.
 */
import {
  ApiKey,
  ErrorCode,
  InitProducerIdRequest,
  InitProducerIdResponse,
  type InitProducerIdResponseInit,
} from '@ottla/protocol';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

export const initProducerId: ApiHandler<InitProducerIdRequest, InitProducerIdResponseInit> = {
  key: ApiKey.InitProducerId,
  request: InitProducerIdRequest,
  response: InitProducerIdResponse,
  minVersion: 0,
  maxVersion: 5,
  handle(call, broker) {
    const { context, request } = call;
    const refusal = refuse(broker, context, request);
    if (refusal !== ErrorCode.NONE) {
      call.respond(failed(refusal));
      return;
    }
    broker.producerIds.next(({ error, producerId }) => {
      if (error !== ErrorCode.NONE) call.respond(failed(error));
      else call.respond({ errorCode: ErrorCode.NONE, producerId, producerEpoch: 0 });
    });
  },
  onError: failed,
};

function refuse(broker: BrokerServices, context: RequestContext, request: InitProducerIdRequest): ErrorCode {
  const { transactionalId, producerId, producerEpoch } = request;
  const { authorizer } = broker;
  if (transactionalId !== null) {
    if (!authorizer.authorize(context, 'Write', 'TransactionalId', transactionalId)) {
      return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    }
  } else if (
    !authorizer.authorize(context, 'IdempotentWrite', 'Cluster', CLUSTER_NAME) &&
    !authorizer.authorizeAny(context, 'Write', 'Topic')
  ) {
    return ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
  }
  if ((producerId === -1) !== (producerEpoch === -1)) return ErrorCode.INVALID_REQUEST;
  if (transactionalId === null) return ErrorCode.NONE;
  return transactionalId === '' ? ErrorCode.INVALID_REQUEST : ErrorCode.NOT_COORDINATOR;
}

function failed(errorCode: ErrorCode): InitProducerIdResponseInit {
  return { errorCode, producerId: -1, producerEpoch: -1 };
}
