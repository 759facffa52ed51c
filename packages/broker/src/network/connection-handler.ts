/**
 * The request pipeline of one connection. Kafka runs one request of a connection at a time; here Produce may run ahead
 * behind Produce, which makes no difference to be seen: appends are staged in the order of the requests, and answers
 * leave in the order of the requests. The connection is not read while it is past one of its limits (limits.ts).
 */
import { type Connection, type ConnectionHandler, NetworkError, type Timer } from '@ottla/platform';
import { ApiKey, decodeRequestHeader, type OutgoingPart, ProtocolError } from '@ottla/protocol';
import type { Endpoint } from '../api/endpoint.ts';
import { ANONYMOUS, type Principal } from '../api/handler.ts';
import { type Frame, FrameReader, InvalidReceiveError } from './frame-reader.ts';
import { InFlightRequest, type RequestOwner } from './in-flight-request.ts';
import { unansweredRequestsMax, unreadBytesMax } from './limits.ts';
import type { RequestServer } from './request-server.ts';

export class KafkaConnection implements ConnectionHandler, RequestOwner {
  readonly connectionId: string;
  readonly listener: string;
  readonly clientAddress: string;
  readonly principal: Principal = ANONYMOUS;
  softwareName = 'unknown';
  softwareVersion = 'unknown';
  /** Monotonic time of the last request or answer. */
  lastActiveMs: number;
  readonly #connection: Connection;
  readonly #server: RequestServer;
  readonly #frames: FrameReader;
  readonly #onClosed: (connection: KafkaConnection) => void;
  /** Tells the connections apart for the logs. */
  readonly #source: number;
  /** Requests in order of arrival whose answers have not been handed to the socket. */
  readonly #line: InFlightRequest[] = [];
  /** A complete frame that must wait for the answers before it. */
  #head: Frame | undefined;
  #runningInOrder = false;
  #writable = true;
  #paused = false;
  #pumping = false;
  /** A quota is exceeded: nothing is read until then (KIP-219). */
  #muted: Timer | undefined;
  #mutedUntilMs = 0;
  #isClosed = false;
  #isEnding = false;

  constructor(
    connection: Connection,
    connectionId: string,
    listener: string,
    server: RequestServer,
    onClosed: (connection: KafkaConnection) => void,
  ) {
    this.#connection = connection;
    this.connectionId = connectionId;
    this.listener = listener;
    this.clientAddress = connection.remote.host;
    this.#server = server;
    this.#frames = new FrameReader(connection, server);
    this.#onClosed = onClosed;
    this.#source = server.newSource();
    this.lastActiveMs = server.clock.monotonicMs();
  }

  get unanswered(): number {
    return this.#line.length;
  }

  received(chunk: Buffer): void {
    if (this.#isClosed || this.#isEnding) {
      this.#connection.release(chunk);
      return;
    }
    this.#frames.push(chunk);
    this.#pumpInput();
  }

  room(): Buffer | undefined {
    return this.#isClosed || this.#isEnding ? undefined : this.#frames.room();
  }

  filled(bytes: number): void {
    if (this.#isClosed || this.#isEnding) return;
    this.#frames.filled(bytes);
    this.#pumpInput();
  }

  #pumpInput(): void {
    const { logs } = this.#server.services;
    logs.beginInput(this.#source);
    try {
      this.#pump();
    } finally {
      logs.endInput();
    }
  }

  drained(): void {
    this.#writable = true;
    this.#pump();
  }

  closed(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // What the network itself reports is the peer's affair; anything else kept an answer from being finished.
    if (error !== undefined && !(error instanceof NetworkError)) this.#server.sendFailed(this, error);
    this.#release(false);
    this.#onClosed(this);
  }

  /** Takes no further requests; closes once those that run are answered. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.#line.length === 0) this.#connection.close();
  }

  /** Drops the connection and what is in flight. */
  destroy(): void {
    this.#connection.destroy();
    this.closed(undefined);
  }

  answered(_request: InFlightRequest): void {
    if (this.#line[0]?.isAnswered !== true) return;
    let parts: OutgoingPart[] | undefined;
    const nowMs = this.#server.clock.monotonicMs();
    this.lastActiveMs = nowMs;
    let done = 0;
    for (let next = this.#line[0]; next?.isAnswered === true; next = this.#line[done]) {
      done++;
      this.#server.completed(next, nowMs);
      if (next.throttledMs > 0) this.#mute(next.throttledMs);
      if (next.parts === undefined) continue;
      if (parts === undefined) parts = next.parts;
      else for (const part of next.parts) parts.push(part);
      next.parts = undefined;
    }
    if (done < this.#line.length) this.#line.splice(0, done);
    else while (this.#line.length > 0) this.#line.pop();
    if (parts !== undefined) this.#writable = this.#connection.send(parts);
    if (this.#line.length === 0) this.#runningInOrder = false;
    if (this.#isEnding && this.#line.length === 0) this.#connection.close();
    else this.#pump();
  }

  refused(reason: string, error: unknown): void {
    this.#server.refused(this, reason, error);
    this.#giveUp();
  }

  /** Nothing more is read or answered; answers that are on their way still leave. */
  #giveUp(): void {
    this.#isEnding = true;
    this.#release(true);
    if (this.#connection.unsentBytes > 0) this.#connection.close();
    else this.destroy();
  }

  /** Lets go of everything but the connection, which may still read. */
  #release(isRead: boolean): void {
    this.#muted?.cancel();
    this.#server.budget.stopWaiting(this.#budgetReturned);
    this.#head?.release();
    this.#head = undefined;
    this.#frames.close(isRead);
    for (const request of this.#line.splice(0)) request.abandon();
  }

  #pump(): void {
    if (this.#pumping || this.#isClosed || this.#isEnding) return;
    this.#pumping = true;
    try {
      while (this.#writable && this.#muted === undefined && this.#line.length < unansweredRequestsMax) {
        const frame = this.#head ?? this.#frames.next();
        if (frame === undefined) break;
        this.#head = frame;
        if (!this.#mayStart(frame)) break;
        this.#head = undefined;
        this.#start(frame);
        if (this.#isClosed || this.#isEnding) return;
      }
    } catch (error) {
      if (!(error instanceof InvalidReceiveError)) throw error;
      this.#server.invalidReceive(this, error);
      this.#giveUp();
    } finally {
      this.#pumping = false;
    }
    if (!this.#isClosed && !this.#isEnding) this.#adjustReading();
  }

  #mute(delayMs: number): void {
    const { clock } = this.#server;
    const untilMs = clock.monotonicMs() + delayMs;
    if (this.#muted !== undefined && untilMs <= this.#mutedUntilMs) return;
    this.#muted?.cancel();
    this.#mutedUntilMs = untilMs;
    this.#muted = clock.setTimer(delayMs, () => {
      this.#muted = undefined;
      this.#pump();
    });
  }

  #mayStart(frame: Frame): boolean {
    if (this.#line.length === 0) return true;
    if (this.#runningInOrder || frame.end - frame.start < 2) return false;
    return this.#server.endpoint(frame.buffer.readInt16BE(frame.start))?.inOrder === false;
  }

  #start(frame: Frame): void {
    const reader = this.#server.reader.reset(frame.buffer, frame.start, frame.end);
    let request: InFlightRequest;
    try {
      const header = decodeRequestHeader(reader);
      const endpoint = this.#server.endpoint(header.requestApiKey);
      const version = header.requestApiVersion;
      this.lastActiveMs = this.#server.turnMs();
      if (endpoint === undefined || !this.#server.serves(endpoint, version)) {
        if (endpoint?.key !== ApiKey.ApiVersions) {
          frame.release();
          this.refused(unsupported(endpoint, header.requestApiKey, version), undefined);
          return;
        }
      }
      request = new InFlightRequest(
        this,
        endpoint,
        frame,
        version,
        header.correlationId,
        header.clientId ?? '',
        this.lastActiveMs,
      );
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      frame.release();
      this.refused('the request header cannot be read', error);
      return;
    }
    this.#line.push(request);
    if (request.endpoint.inOrder) this.#runningInOrder = true;
    this.#server.serve(request, reader);
    if (!request.isFrameRetained) frame.release();
  }

  #adjustReading(): void {
    const starved = this.#frames.isStarved;
    if (starved) this.#server.budget.wait(this.#budgetReturned);
    const pause =
      starved ||
      this.#muted !== undefined ||
      !this.#writable ||
      this.#line.length >= unansweredRequestsMax ||
      (this.#head !== undefined && this.#frames.unreadBytes > unreadBytesMax);
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#connection.pause();
    else this.#connection.resume();
  }

  readonly #budgetReturned = (): void => this.#pump();
}

function unsupported(endpoint: Endpoint | undefined, apiKey: number, version: number): string {
  if (endpoint === undefined) return `Received request api key ${apiKey} which is not served here`;
  return `Received request api key ${endpoint.name} with version ${version} which is not enabled`;
}
