/** Hosts that programs were refused, on the command line. */
import { type Actor, RunId } from "@tutti/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openHarness, type Harness } from "./harness.ts";

const WORKER: Actor = { kind: "system", part: "sandbox" };
const HOST = "registry.example:443";
let h: Harness;
beforeAll(async () => {
  h = await openHarness();
});
afterAll(() => h[Symbol.asyncDispose]());

const refused = async (...targets: readonly string[]): Promise<RunId> => {
  const { out } = await h.tutti(["run", "Fix the parser", "--json"]);
  const run = RunId.parse(JSON.parse(out).run);
  h.engine.step(run);
  const effects = Object.values(h.engine.document(run)?.effects ?? {});
  const effect = effects.find(({ payload }) => payload.kind === "agent.turn");
  if (effect === undefined) throw new Error("no effect");
  for (const target of targets)
    h.engine.apply(run, { kind: "egress.deny", effect: effect.id, target }, WORKER);
  return run;
};

it("refused hosts are listed with the commands that answer, and one is allowed for the run", async () => {
  const run = await refused(HOST);
  const list = await h.tutti(["permit", "ls"]);
  expect(list.out).toContain(`spec was refused the way to ${HOST}`);
  expect(list.out).toContain(`tutti permit allow ${run} egress:${HOST} --project`);
  const { egress } = JSON.parse((await h.tutti(["permit", "ls", "--json"])).out);
  expect(egress).toMatchObject([{ run, step: "spec", target: HOST }]);
  expect((await h.tutti(["show", run])).code).toBe(0);
  const allowed = await h.tutti(["permit", "allow", run, `egress:${HOST}`]);
  expect(allowed).toMatchObject({ code: 0, out: `› ${HOST} is allowed for this run.\n` });
  expect(h.engine.document(run)?.egress.allowed).toMatchObject([{ target: HOST, scope: "run" }]);
  expect((await h.tutti(["permit", "ls"])).err).toContain("No agent asks");
});

it("a host is allowed for the project, or stays refused", async () => {
  const run = await refused(HOST, "other.example:443");
  expect((await h.tutti(["permit", "allow", run])).code).not.toBe(0);
  const allowed = await h.tutti(["permit", "allow", run, HOST, "--project", "--json"]);
  expect(JSON.parse(allowed.out)).toMatchObject({ target: HOST, scope: "project" });
  expect((await h.tutti(["permit", "deny", run, "--project"])).code).toBe(2);
  expect((await h.tutti(["permit", "deny", run])).out).toContain("stays refused");
  expect(h.engine.document(run)?.egress).toMatchObject({
    denied: [],
    allowed: [{ target: HOST, scope: "project" }],
    refused: ["other.example:443"],
  });
  const unknown = await h.tutti(["permit", "allow", run, "egress:never.example:443"]);
  expect(unknown).toMatchObject({ code: 5 });
  expect(unknown.err).toContain("tutti permit ls");
});
