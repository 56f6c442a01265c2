import type { Readable, Writable } from "node:stream";

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where the demo reads and writes. */
export type Terminal = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
};
