/** What the address of the review holds: the commits compared, the file in view, the way of showing. */
import type { View } from "./rows.ts";

export type DiffAddress = {
  readonly from?: string;
  readonly to?: string;
  readonly file?: string;
  readonly view?: View;
};

const COMMIT = /^[0-9a-f]{40,64}$/u;

const commitIn = (value: unknown): string | null =>
  typeof value === "string" && COMMIT.test(value) ? value : null;

/** For routes that show the review; what is not understood is left out. */
export function diffAddress(search: Readonly<Record<string, unknown>>): DiffAddress {
  const { file, view } = search;
  const [from, to] = [commitIn(search["from"]), commitIn(search["to"])];
  return {
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(typeof file === "string" && file !== "" ? { file } : {}),
    ...(view === "split" || view === "unified" ? { view } : {}),
  };
}
