/** Between a proxy that runs and the person who answers: what is allowed is read at each question. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, RunDocument } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEgressDesk } from "../../src/engine/egress.ts";
import { openEgressGrants } from "../../src/workspace/sandbox/egress-grants.ts";
import { playTo } from "../domain/play.ts";
import { PERSON } from "../domain/scene.ts";
import { apply, newWorld, type World } from "../domain/world.ts";

const HOST = "registry.example:443";
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-egress-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (world: World = newWorld()) => {
  const effect = playTo(world, "agent.turn");
  const commands: Command[] = [];
  const grants = openEgressGrants(folder);
  const document = (): RunDocument => world.state;
  const desk = createEgressDesk(
    { egressGrants: grants, log: () => undefined },
    {
      document,
      handle: async (_run, command, actor) => {
        commands.push(command);
        const code = apply(world, command, actor);
        return code === null
          ? { kind: "accepted", state: world.state, version: world.state.version, events: [] }
          : { kind: "rejected", code: "usage", message: code };
      },
    },
  );
  return { world, commands, desk, grants, answers: desk.answersFor(effect, world.state) };
};

describe("the programs of a run", () => {
  it("are refused a host, which is recorded once, until a person allows it", () => {
    const { world, commands, answers } = open();
    for (let round = 0; round < 5; round += 1) answers.denied(HOST);
    expect(commands).toHaveLength(1);
    expect(answers.allows(HOST)).toBe(false);
    apply(world, { kind: "egress.allow", target: HOST, scope: "run" }, PERSON);
    expect(answers.allows(HOST)).toBe(true);
    expect(answers.allows("registry.example:80")).toBe(false);
    apply(world, { kind: "egress.refuse", target: HOST }, PERSON);
    expect(answers.allows(HOST)).toBe(false);
  });

  it("of every later run of the project may go where a person allowed it for the project", () => {
    const first = open();
    first.answers.denied(HOST);
    const command = { kind: "egress.allow", target: HOST, scope: "project" } as const;
    first.desk.remember(first.world.state.id, command);
    expect(open().answers.allows(HOST)).toBe(true);
    expect(first.grants.allows("/another/project", HOST)).toBe(false);
    const path = join(folder, "egress-grants.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: 1 });
  });

  it("get nothing from an answer that is refused because the run has ended", () => {
    const { answers, desk, world, grants } = open();
    answers.denied(HOST);
    apply(world, { kind: "run.cancel", reason: "no longer wanted" }, PERSON);
    const command = { kind: "egress.allow", target: HOST, scope: "project" } as const;
    desk.remember(world.state.id, command);
    expect(apply(world, command, PERSON)).toBe("run.finished");
    expect(grants.allows(world.state.project.path, HOST)).toBe(false);
  });

  it("get nothing from an answer to what nobody asked, nor from a file that was tampered with", () => {
    const { desk, world, grants } = open();
    const command = { kind: "egress.allow", target: HOST, scope: "project" } as const;
    desk.remember(world.state.id, command);
    expect(grants.allows(world.state.project.path, HOST)).toBe(false);
    writeFileSync(join(folder, "egress-grants.json"), '{"version":1,"projects":[]}');
    expect(() => openEgressGrants(folder)).toThrow("cannot be read");
  });
});
