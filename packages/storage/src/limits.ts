/** The most one synchronous write or read takes: above this a call costs more than it saves (bytes). */
export const writeBytesMax = 1024 * 1024;
/** Appends above this are written from their own buffer; smaller ones are gathered first, since a copy is cheaper than a call. */
export const gatherAppendBytesMax = 128 * 1024;
/** A write that took longer (ms) sends the log's next write to the pool. */
export const slowWriteMs = 2;
/** Index entries kept in memory before they are appended to the file: one call per this many. */
export const indexTailEntriesMax = 128;
/** Files of a log manager that may be open beside the pinned ones. */
export const openFilesMax = 1024;
/** Batches remembered per producer to recognise a retry (Java: ProducerStateEntry.NUM_BATCHES_TO_RETAIN). */
export const producerBatchesKept = 5;
/** Producers of a log that are known only for a failed write; beyond it the oldest is forgotten. */
export const refusedProducersMax = 1000;
/** Recovery and replay read this much at a time. */
export const scanChunkBytes = 1024 * 1024;
/** A range of a segment is read this much at a time. */
export const sourcePullBytes = 256 * 1024;
/** How far a positional header walk reads at a time when it looks for an offset. */
export const headerWalkBytes = 8 * 1024;
/** Logs opened after an orderly stop, and closed, side by side: each waits for the disk most of the time. */
export const fileOperationsAtOnceMax = 16;
/** Records of one batch that are told of one by one when it is refused: millions fit into a few compressed bytes. */
export const recordErrorsMax = 10_000;
/** Directories of deleted logs that are removed side by side: thousands fall due together, and nobody waits for them. */
export const removalsAtOnceMax = 4;
/** That wait for it; what comes beyond is left to the next start. */
export const removalsWaitingMax = 1_000_000;
/** A closed segment is written out in pieces of this size before its fsync: about a millisecond of a processor each. */
export const writeOutPieceBytes = 1024 * 1024;
/** And with pauses of at most so many ms between them: a segment of 1 GiB is then on the device after 10 s. */
export const writeOutPauseMsMax = 10;
/** Of a smaller segment the fsync alone is short enough. */
export const writeOutBytesMin = 8 * 1024 * 1024;
/** Between two slices of making the files of new logs (ms): thousands may be new, and their first users come first. */
export const firstFilesPauseMs = 20;
/** New logs that wait for it; those beyond get their files with their first record, or as they are closed. */
export const firstFilesWaitingMax = 1_000_000;
/** Appends that found no room are logged once in so many ms a log. */
export const appendFailureLogMs = 10_000;
