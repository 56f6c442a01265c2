/** Every place of the program that listens, so that a new one is looked at before it is reached. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SOURCE = fileURLToPath(new URL("../../../src", import.meta.url));

const LISTENING: Readonly<Record<string, string>> = {
  "server/create-server.ts": "the daemon's socket: whoever reaches it is the user",
  "server/web/listener.ts": "browsers and programs: the attacks of this folder",
  "agents/acp/model-port.ts": "models for an agent without a fence: by the token of its session",
  "workspace/sandbox/launcher.ts": "inside a fence: hosts that are allowed",
  "workspace/sandbox/self-test.ts": "a port that a fence must not reach, while it is tried",
};

it("nothing listens but what is known here", () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const listening = files.filter((name) =>
    /\.listen\(/u.test(readFileSync(join(SOURCE, name), "utf8")),
  );
  expect(listening.toSorted()).toEqual(Object.keys(LISTENING).toSorted());
});
