/** `Connection.send` returns false above this many unsent bytes. */
export const unsentHighMarkBytes = 1024 * 1024;
/** `drained` is called when the unsent bytes have fallen to this: below the high mark, so the two don't alternate. */
export const unsentLowMarkBytes = 256 * 1024;
/** The most one `ByteSource.copyTo`, or one call that sends from a file, is asked for: it reads synchronously. */
export const sourcePullBytesMax = 256 * 1024;
/**
 * What the kernel holds unsent of a connection that sends from files, at least. More is slower where the peer is near: it then
 * sends while the peer reads, on the peer's time, and what the peer reads has left the processor's cache.
 */
export const fileSendBufferBytesMin = 256 * 1024;
/** Small outgoing parts are gathered into buffers of this size, since one copy is cheaper than one more vector. */
export const gatherBytesMax = 64 * 1024;
/** An outgoing part above this goes to the socket as it is. */
export const gatherPartBytesMax = 16 * 1024;
/** What is copied to a socket that takes no more from a file, so that it tells when it has room: it is held until then. */
export const nudgeBytes = 4 * 1024;
/** All connections together send about this long before other work of the loop gets its turn, ms. */
export const sendSliceMsMax = 2;
/** What answers a chunk of so many bytes leaves at once, else at the end of the turn. */
export const answeredAtOnceBytesMin = 32 * 1024;
/** After so many bytes, or connections, that were sent it is looked whether that time is over. */
export const clockedBytesMin = 64 * 1024;
export const clockedConnectionsMin = 32;
/** What one connection may hand to the kernel in one turn before the others get theirs. */
export const connectionTurnBytesMax = 1024 * 1024;
/** What one connection may bring in one turn, in large frames, before the others are read; the system offers up to 32 reads at once. */
export const readTurnBytesMax = 5 * 1024 * 1024;
/** The same for what comes in chunks: several requests each, which take far longer a byte. */
export const chunkTurnBytesMax = 256 * 1024;
/** How long a closed connection waits for the peer's end before it is cut, ms. A reset at once could cost the peer our last bytes. */
export const closeLingerMs = 1000;
