/** What a share consumer asks brokers. */
import {
  ShareAcknowledgeRequest,
  ShareAcknowledgeResponse,
  ShareFetchRequest,
  ShareFetchResponse,
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
} from '@ottla/protocol';

export const SHARE_GROUP_HEARTBEAT = { request: ShareGroupHeartbeatRequest, response: ShareGroupHeartbeatResponse };
export const SHARE_FETCH = { request: ShareFetchRequest, response: ShareFetchResponse };
export const SHARE_ACKNOWLEDGE = { request: ShareAcknowledgeRequest, response: ShareAcknowledgeResponse };

/** Version 0 was an early access of Kafka 4.0 that no later release speaks. */
export const SHARE_MIN_VERSION = 1;
/** Renewals, and the limit on records that is meant. */
export const RENEW_FROM = 2;
