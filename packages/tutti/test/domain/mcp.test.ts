import { ProjectConfig } from "@tutti/protocol";
import { expect, test } from "vitest";
import { serversOf } from "../../src/domain/mcp.ts";

const config = ProjectConfig.parse({
  mcp: {
    theirs: { command: ["theirs"], from: "project" },
    mine: { command: ["mine"], from: "user" },
    old: { command: ["old"] },
  },
});

test("in the fence an agent is given every server", () => {
  expect(Object.keys(serversOf({ config, isolation: "sandbox" }))).toEqual([
    "theirs",
    "mine",
    "old",
  ]);
});

test("without the fence a server is started only when it is the user's own", () => {
  expect(Object.keys(serversOf({ config, isolation: "none" }))).toEqual(["mine"]);
});
