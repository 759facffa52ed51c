import type { Platform } from '@ottla/platform';
import type { SimulatedNode } from '@ottla/platform/simulated';
import { type CallOptions, type RpcApi, RpcConnection, RpcError } from '@ottla/rpc';
import type { SimulationContext } from '../context.ts';

/** Why there is no answer: nothing was sent, or it may have been carried out. */
export type CallOutcome<Res> =
  | { readonly kind: 'answer'; readonly answer: Res; readonly life: number }
  | { readonly kind: 'unsent' | 'unknown' };

const REQUEST_TIMEOUT_MS = 2500;
const CONNECT_TIMEOUT_MS = 1000;
const BACKOFF_MS = 40;

/** One client with one connection at a time, on a machine of its own or shared with others. */
export class Client {
  readonly name: string;
  readonly context: SimulationContext;
  readonly node: SimulatedNode;
  #connection: RpcConnection | undefined;
  /** The life of the broker that the connection leads to. */
  #life = 0;
  #connecting: Promise<void> | undefined;

  constructor(context: SimulationContext, node: SimulatedNode, name: string) {
    this.context = context;
    this.node = node;
    this.name = name;
  }

  get platform(): Platform {
    return this.node.platform;
  }

  get connectionLife(): number {
    return this.#life;
  }

  /** Which connection it is: calls on one arrive in order. */
  get connection(): unknown {
    return this.#connection;
  }

  sleep(ms: number): Promise<void> {
    return this.platform.clock.sleep(ms);
  }

  /** Resolves when there is a connection, or when everybody stops. */
  async connected(): Promise<boolean> {
    while (!this.context.isDone) {
      if (this.#isOpen()) return true;
      this.#connecting ??= this.#connect().finally(() => {
        this.#connecting = undefined;
      });
      await this.#connecting;
      if (!this.#isOpen()) await this.sleep(BACKOFF_MS);
    }
    return false;
  }

  #isOpen(): boolean {
    return this.#connection?.isOpen === true;
  }

  /** Sends at once when there is a connection. A call that is not answered in time costs the connection, as with Kafka's own clients. */
  async call<Req, Res>(api: RpcApi<Req, Res>, body: Req, options: CallOptions = {}): Promise<CallOutcome<Res>> {
    const connection = this.#connection;
    if (connection === undefined || !connection.isOpen) return { kind: 'unsent' };
    const life = this.#life;
    try {
      return { kind: 'answer', answer: await connection.call(api, body, options), life };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (error.failure === 'MALFORMED' || error.failure === 'UNSUPPORTED_VERSION') {
        this.context.verdict.fail('correctness', 'protocol', `${this.name}: ${error.message}`, error.cause);
      }
      connection.close();
      return { kind: error.mayHaveRun ? 'unknown' : 'unsent' };
    }
  }

  /** Connects first. Undefined when there was no answer. */
  async ask<Req, Res>(api: RpcApi<Req, Res>, body: Req): Promise<Res | undefined> {
    if (!(await this.connected())) return undefined;
    const outcome = await this.call(api, body);
    return outcome.kind === 'answer' ? outcome.answer : undefined;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #connect(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
    let { life } = this.context.host;
    try {
      const connection = await RpcConnection.connect(this.platform, {
        host: this.context.host.node.name,
        port: 9092,
        clientId: this.name,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
      });
      // The handshake was answered by one life only; if it has ended since, so has the connection.
      life = Math.max(life, this.context.host.life);
      this.#connection = connection;
      this.#life = life;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    }
  }
}
