export type { Clock, Timer } from './clock.ts';
export type { DirectoryEntry, Disk, DiskFile, FileStat, OpenOptions } from './disk.ts';
export { DiskError } from './disk.ts';
export { Logger } from './logger.ts';
export type {
  Accept,
  Address,
  ByteSource,
  Connection,
  ConnectionHandler,
  ConnectOptions,
  FileRange,
  Listener,
  ListenOptions,
  Network,
  OutgoingPart,
  TlsOptions,
} from './network.ts';
export { NetworkError } from './network.ts';
export { onAbort } from './on-abort.ts';
export type { Platform } from './platform.ts';
export type {
  Crypto,
  DirectoryLock,
  DirectoryLocks,
  Fatal,
  Job,
  JobRegistry,
  LogLevel,
  LogSink,
  Random,
  Workers,
} from './ports.ts';
export { DirectoryLockedError } from './ports.ts';
export { NO_RUNTIME_FIGURES, type Runtime, type RuntimeFigures } from './runtime.ts';
