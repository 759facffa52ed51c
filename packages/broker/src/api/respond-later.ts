import { Logger } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call } from './handler.ts';

/** Answers with what `answer` resolves to. A rejection is a bug: logged, and answered with UNKNOWN_SERVER_ERROR. */
export function respondLater<Req, Res>(
  handler: ApiHandler<Req, Res>,
  call: Call<Req, Res>,
  broker: BrokerServices,
  answer: Promise<Res>,
): void {
  answer.then(
    (response) => call.respond(response),
    (error: unknown) => {
      new Logger(broker.platform.log, 'kafka.server.KafkaApis').error(
        `Unexpected error handling ${handler.request.name} of client ${call.context.clientId}`,
        error,
      );
      call.respond(handler.onError(ErrorCode.UNKNOWN_SERVER_ERROR, call.request, call.context.apiVersion));
    },
  );
}
