/** Fence 34: what a person types, pastes or pipes into a terminal reaches no further than an agent does. */
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TerminalKind } from "@tutti/protocol";
import type { Place } from "../../packages/tutti/src/engine/ports/place.ts";
import { placeFor } from "../../packages/tutti/src/engine/terminals.ts";
import { createTerminals } from "../../packages/tutti/src/workspace/sandbox/terminals.ts";
import { expectFence, type Outcome, type Side } from "./arena.ts";

const PROMPTED_MS = 10_000;

type Typed = { readonly kind: TerminalKind; readonly place: Place };

/** A line in a terminal of its own, to its end. */
async function types(side: Side, { kind, place }: Typed, line: string): Promise<void> {
  const terminal = await createTerminals(side.sandbox).open(
    { place, egress: [], owner: "terminal-fence" },
    { kind, size: { rows: 24, columns: 80 }, signal: new AbortController().signal },
  );
  let text = "";
  terminal.output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  terminal.errors?.resume();
  if (kind === "screen") await expect.poll(() => text, { timeout: PROMPTED_MS }).toMatch(/\$ $/u);
  terminal.write(`${line}; exit ${kind === "screen" ? "\r" : "\n"}`);
  await terminal.exited;
}

const isPlanted = (path: string): boolean =>
  existsSync(path) && readFileSync(path, "utf8").includes("planted");

async function arrivals(use: (port: number) => Promise<void>): Promise<number> {
  let count = 0;
  await using server = createServer((socket) => {
    count += 1;
    socket.on("error", () => socket.destroy()).end("hello\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await use(typeof address === "object" && address !== null ? address.port : 0);
  return count;
}

/** From a terminal of one kind, which names what it plants. */
async function attackFrom(side: Side, kind: TerminalKind): Promise<Outcome> {
  const outside = (name: string): string => join(side.outside, name);
  const planted = {
    "a new file outside": outside(`${kind}-new`),
    "another run's work tree": join(side.sibling, `${kind}-new`),
    "the user's checkout": join(side.project, `${kind}-new`),
    "the user's home": join(side.user, `${kind}-new`),
  };
  const own = join(side.tree, `${kind}-own`);
  rmSync(side.loot, { force: true });
  const reached = await arrivals((port) =>
    types(
      side,
      { kind, place: side.place },
      [
        `cat '${outside("secret")}' '${side.user}/.ssh/id_ed25519' > '${side.loot}'`,
        ...Object.values(planted).map((path) => `echo planted > '${path}'`),
        `(exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3 > /dev/null)`,
        `echo planted > '${own}'`,
      ].join("; "),
    ),
  );
  expect(isPlanted(own), "its own work tree is written, by the last that was typed").toBe(true);
  const place = await side.workspaces.authorPlace(side.source, { access: "read-only" });
  const looking = {
    "the work tree, by who only looks": join(side.tree, `${kind}-new`),
    "the artifacts, by who only looks": join(side.place.artifacts, `${kind}-new`),
  };
  const lines = Object.values(looking).map((path) => `echo planted > '${path}'`);
  await types(side, { kind, place: placeFor(place, "read-only") }, lines.join("; "));
  const through = Object.entries({ ...planted, ...looking }).map(
    ([name, path]) => [`${kind}: ${name}`, isPlanted(path)] as const,
  );
  return {
    ...Object.fromEntries(through),
    [`${kind}: a secret`]: side.hasLoot(),
    [`${kind}: a port of this machine`]: reached > 0,
  };
}

test("fence 34: a terminal reads no secret, writes nothing outside its workspace and reaches no port", () =>
  expectFence(async (side) => ({
    ...(await attackFrom(side, "screen")),
    ...(await attackFrom(side, "script")),
  })));
