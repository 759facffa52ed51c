/** Runs tasks for one path one after the other, tasks for different paths side by side. */
export class PathQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<Result>(path: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(path);
    const result = before === undefined ? task() : before.then(task, task);
    this.#tails.set(path, result);
    const forget = (): void => {
      if (this.#tails.get(path) === result) this.#tails.delete(path);
    };
    result.then(forget, forget);
    return result;
  }
}
