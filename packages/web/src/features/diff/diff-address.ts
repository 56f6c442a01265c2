/** What the address of the review holds: the commits compared, the file in view and the place in it, the way of showing. */
import { defaultStringifySearch } from "@tanstack/react-router";
import { spotIn } from "./spot.ts";
import type { View } from "./rows.ts";

export type DiffAddress = {
  readonly from?: string;
  readonly to?: string;
  readonly file?: string;
  /** A line or a hunk of the file. */
  readonly at?: string;
  readonly view?: View;
};

const COMMIT = /^[0-9a-f]{40,64}$/u;

const commitIn = (value: unknown): string | null =>
  typeof value === "string" && COMMIT.test(value) ? value : null;

const placeIn = (at: unknown): Pick<DiffAddress, "at"> =>
  typeof at === "string" && spotIn(at) !== null ? { at } : {};

export const diffLink = (run: string, address: DiffAddress): string =>
  `/runs/${run}/diff${defaultStringifySearch({ ...address })}`;

/** For routes that show the review; what is not understood is left out. */
export function diffAddress(search: Readonly<Record<string, unknown>>): DiffAddress {
  const { file, at, view } = search;
  const [from, to] = [commitIn(search["from"]), commitIn(search["to"])];
  return {
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(typeof file === "string" && file !== "" ? { file, ...placeIn(at) } : {}),
    ...(view === "split" || view === "unified" ? { view } : {}),
  };
}
