/** A sandbox with one small place, for the tests of this folder. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Place } from "../../../src/engine/ports/place.ts";
import type { FencedProcess, LaunchSpec, Sandbox } from "../../../src/engine/ports/sandbox.ts";
import { createSandbox } from "../../../src/workspace/sandbox/sandbox.ts";

export type Rig = Disposable & {
  readonly folder: string;
  readonly data: string;
  readonly place: Place;
  readonly sandbox: Sandbox;
  /** Another sandbox of the same folder, in which these names have these addresses and no others do. */
  readonly named: (names: Readonly<Record<string, string>>) => { readonly outside: Sandbox };
  readonly start: (
    script: string,
    more?: Partial<LaunchSpec>,
    signal?: AbortSignal,
  ) => Promise<FencedProcess>;
};

export function rig(overrides: Partial<Place> = {}): Rig {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-sandbox-")));
  const data = join(folder, "data");
  const root = join(folder, "tree");
  const home = join(folder, "home");
  for (const path of [root, home]) mkdirSync(path);
  const place: Place = {
    root,
    mounts: [
      { source: root, target: root, access: "writable" },
      { source: home, target: "/home/agent", access: "writable" },
    ],
    env: { PATH: "/usr/bin:/bin", HOME: "/home/agent", TMPDIR: "/tmp" },
    artifacts: root,
    maxBytes: 1 << 30,
    tmpBytes: 64 << 20,
    isolation: "sandbox",
    ...overrides,
  };
  const sandbox = createSandbox({ dataFolder: data });
  return {
    folder,
    data,
    place,
    sandbox,
    named: (names) => ({
      outside: createSandbox({
        dataFolder: data,
        lookup: async (host) =>
          names[host] === undefined ? [] : [{ address: names[host], family: isIP(names[host]) }],
      }),
    }),
    start: async (script, more = {}, signal) => {
      const command = ["sh", "-c", script];
      const spec = { place, command, egress: [], owner: "test", ...more };
      return sandbox.launch(spec, signal === undefined ? {} : { signal });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** The next thing written. */
export const nextChunk = (stream: NodeJS.ReadableStream): Promise<string> =>
  new Promise((resolve) => stream.once("data", (chunk) => resolve(String(chunk))));
