/** Keys planted where an agent would look for them, and in an agent's own words, are found in no kept byte. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  conduct,
  createDaemon,
  ended,
  proceed,
  startRun,
  type Answer,
} from "../fixtures/daemon.ts";
import { filesIn, filesWith } from "../fixtures/kept-bytes.ts";
import { AUTHOR, createProject, DUET } from "../fixtures/project.ts";

/** In the daemon's environment, and never told to an agent. */
const OF_THE_DAEMON = "canary-of-the-daemon/7f3a&91=x";
/** Stored by `tutti keys`, and never told to an agent. */
const STORED = "canary-that-is-stored-4d81c2";
/** In the daemon's environment, and in the agent's script as well: it got it from somewhere. */
const LEAKED = "canary-that-leaked=55e0&to/the+agent";

/** What an agent does that looks for keys, in its own environment and in those of others. */
const SEARCH = `env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'
  env | base64 -w0; env | od -An -c | head -100
  cat ~/.config/tutti/* ~/.local/share/tutti/* 2>/dev/null
  env > stolen.txt; env > "$TUTTI_ARTIFACTS/stolen.txt"`;

const REVEAL = [
  ...`It is ${LEAKED}, I think.`.split("").map((text) => ({ do: "say" as const, text })),
  { do: "think" as const, text: Buffer.from(LEAKED).toString("base64") },
  { do: "complain" as const, text: encodeURIComponent(LEAKED) },
  { do: "run" as const, command: `printf '%s' '${LEAKED}'` },
];

/** The author of the other tests, who also tells what he knows and looks for what he does not. */
const SPY: typeof AUTHOR = {
  ...AUTHOR,
  turns: AUTHOR.turns.map((turn) => {
    if (turn.step === "build[P1]")
      return { ...turn, do: [{ do: "run" as const, command: SEARCH }, ...turn.do] };
    if (turn.step !== "spec") return turn;
    const text = `# Sum\nIts key is ${LEAKED}, or ${Buffer.from(LEAKED).toString("base64")}.\n`;
    const spec = { do: "report" as const, file: "spec.md", text };
    return { ...turn, do: [...REVEAL, spec, ...turn.do.slice(1)] };
  }),
};

/** Leaves the merge open, so that the workspace can be looked at. */
const proceedToTheMerge: Answer = (item) => (item.step === "approve-merge" ? null : proceed(item));

it("no key is in the workspace, the store, the logs or an agent's environment, and none in what an agent said", async () => {
  using project = createProject({
    agents: { ...DUET, alto: { family: "anthropic", script: SPY } },
  });
  const daemonEnv = { CANARY_API_KEY: OF_THE_DAEMON, LEAKED_TOKEN: LEAKED };
  await using daemon = createDaemon(project, { daemonEnv });
  const set = await daemon.tutti(["keys", "set", "STORED_API_KEY"], { input: STORED });
  expect([set.code, set.stderr]).toEqual([0, ""]);
  // The control: a key that nothing hides is found by this search.
  project.write({ "planted.txt": Buffer.from(`xx${STORED}`).toString("base64") });
  expect(filesWith(project.root, STORED)).toHaveLength(1);
  project.git("clean", "--quiet", "--force");

  const run = await startRun(daemon.client, project);
  // No daemon ran then: it is in the audit of this one, as what was there before the first event.
  const { items } = await daemon.client.audit({ limit: 200, actor: "person" });
  const [first] = items.toReversed();
  expect(first).toMatchObject({ did: "key.set", about: "STORED_API_KEY", run: null, seq: 0 });
  const waiting = await conduct(daemon.client, run, proceedToTheMerge);
  expect(waiting.attention).toMatchObject([{ kind: "approval", step: "approve-merge" }]);
  for (const canary of [OF_THE_DAEMON, STORED]) expect(filesWith(daemon.data, canary)).toEqual([]);
  // The search ran, and what the agent saw is still there to be looked at.
  const [stolen = ""] = filesIn(daemon.data).filter((path) => path.endsWith("stolen.txt"));
  expect(readFileSync(stolen, "utf8")).toContain("TUTTI_RUN=");

  await conduct(daemon.client, run);
  await ended(daemon.client, run);
  const { entries } = await daemon.client.transcript(`${run}/spec/1`, { from: 0, limit: 500 });
  const said = entries.flatMap((entry) => (entry.kind === "text" ? [entry.text] : [])).join("");
  expect(said).toContain("It is REDACTED, I think.");
  const spec = await daemon.client.artifact(run, "spec.md");
  expect(spec).toContain("Its key is REDACTED, or REDACTED.");
  await daemon[Symbol.asyncDispose]();
  for (const canary of [OF_THE_DAEMON, STORED, LEAKED]) {
    expect(filesWith(daemon.data, canary)).toEqual([]);
    expect(filesWith(project.root, canary)).toEqual([]);
  }
}, 240_000);
