/** One at a time per name, within this process, in the order they came. */
export type Lock = <Result>(name: string, act: () => Promise<Result>) => Promise<Result>;

export function createLock(): Lock {
  const tails = new Map<string, Promise<void>>();
  return async (name, act) => {
    const before = tails.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    tails.set(name, promise);
    await before;
    try {
      return await act();
    } finally {
      if (tails.get(name) === promise) tails.delete(name);
      resolve();
    }
  };
}
