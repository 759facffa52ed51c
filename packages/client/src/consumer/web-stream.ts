/** An iterator as a Web stream: pulled from one item at a time, so that its own back-pressure is the stream's. */
export function readableOf<T>(iterator: AsyncIterableIterator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
