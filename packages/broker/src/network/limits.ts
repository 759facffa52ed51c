/** Request bytes that are received and not yet answered, all connections together, when `queued.max.request.bytes` is -1. */
export const queuedRequestBytesDefault = 64 * 1024 * 1024;
/** Unanswered requests of one connection; only Produce gets beyond one. Past them the connection is not read. */
export const unansweredRequestsMax = 100;
/** Received bytes of one connection that wait for their turn behind an unanswered request. Past them it is not read. */
export const unreadBytesMax = 64 * 1024;
/** A frame above this that arrives in pieces is counted from its beginning, by the size it announces; smaller ones once complete. */
export const reservedFrameBytesMin = 64 * 1024;
/** What a frame that arrives in pieces gets at first; more as it comes, so that announcing a size costs nothing. */
export const firstFrameBytesMax = 2 * 1024 * 1024;
/** What is left of a large frame goes to its place directly, down to this; the rest comes with what follows it. */
export const roomBytesMin = 64 * 1024;
/** One read takes no more: others want to be read, too. Smaller reads cost the kernel more a byte: 0.66 CPU-s/GB became 0.73 with a quarter of it. */
export const roomBytesMax = 1024 * 1024;
/** While someone waits for the budget, frames still arriving are looked at so often, ms... */
export const arrivalLookMs = 500;
/** ...and one that got fewer bytes since then is no longer counted. */
export const arrivalBytesMin = 2 * 1024 * 1024;
/** Frames up to this size that arrive in pieces get a plain buffer: pooling pays for pages, not for these. */
export const pooledFrameBytesMin = 64 * 1024;
/** Idle frame buffers kept for reuse, all connections together: fresh pages cost more than the copy into them. */
export const pooledFrameBytesKept = 32 * 1024 * 1024;
/** Connections of a listener that wait, open and unread, for a slot or their time; Kafka leaves them to the listen backlog. */
export const waitingConnectionsMax = 1000;
/** Lines about connections that found no place: one in so many ms, since there may be thousands a second. */
export const noPlaceLogMs = 1000;
