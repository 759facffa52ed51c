import {
  GetTelemetrySubscriptionsRequest,
  GetTelemetrySubscriptionsResponse,
  PushTelemetryRequest,
  PushTelemetryResponse,
} from '@ottla/protocol';

export const GET_TELEMETRY_SUBSCRIPTIONS = {
  request: GetTelemetrySubscriptionsRequest,
  response: GetTelemetrySubscriptionsResponse,
};
export const PUSH_TELEMETRY = { request: PushTelemetryRequest, response: PushTelemetryResponse };
