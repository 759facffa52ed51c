import type {
  LeaderAndIsrRequest,
  LeaderAndIsrResponse,
  StopReplicaRequest,
  StopReplicaResponse,
  UpdateMetadataRequest,
  UpdateMetadataResponse,
} from '@ottla/protocol';
import type { BrokerChannel, ControllerMessageReceiver } from './broker-channel.ts';

/** The channel of the controller to the broker it lives in: the same order as a connection gives, no bytes. */
export class LocalChannel implements BrokerChannel {
  readonly #receiver: ControllerMessageReceiver;
  #last: Promise<unknown> = Promise.resolve();

  constructor(receiver: ControllerMessageReceiver) {
    this.#receiver = receiver;
  }

  leaderAndIsr(request: LeaderAndIsrRequest): Promise<LeaderAndIsrResponse> {
    return this.#inOrder(() => this.#receiver.leaderAndIsr(request));
  }

  stopReplica(request: StopReplicaRequest): Promise<StopReplicaResponse> {
    return this.#inOrder(() => this.#receiver.stopReplica(request));
  }

  updateMetadata(request: UpdateMetadataRequest): Promise<UpdateMetadataResponse> {
    return this.#inOrder(() => this.#receiver.updateMetadata(request));
  }

  /** Resolves when everything sent so far has been answered. */
  async idle(): Promise<void> {
    let last: Promise<unknown>;
    do {
      last = this.#last;
      await last;
    } while (last !== this.#last);
  }

  close(): void {}

  #inOrder<T>(deliver: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(deliver);
    // A failed delivery is its sender's to report; the next one goes out all the same.
    this.#last = answer.catch(() => {});
    return answer;
  }
}
