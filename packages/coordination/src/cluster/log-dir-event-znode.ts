import { encodeObject } from './json.ts';

/** Event 1, the only one: a replica's log can't be used, or can again. */
const LOG_DIR_FAILURE = 1;

/** `/log_dir_event_notification/log_dir_event_<seq>`: the controller tells the broker's replicas their state anew. */
export function encodeLogDirEvent(brokerId: number): Buffer {
  return encodeObject({ version: 1, broker: brokerId, event: LOG_DIR_FAILURE });
}
