import { NO_RUNTIME_FIGURES, type Runtime, type RuntimeFigures } from '../runtime.ts';

/** Virtual time knows no delay and no garbage. */
export class SimulatedRuntime implements Runtime {
  watch(): void {}

  figures(): RuntimeFigures {
    return NO_RUNTIME_FIGURES;
  }

  close(): void {}
}
