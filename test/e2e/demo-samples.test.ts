/** The samples made of published packages: fetched once with npm, then played without a network. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol/errors";
import { expect, it } from "vitest";
import { findSample } from "../../packages/tutti/src/demo/samples/catalog.ts";
import type { Sample } from "../../packages/tutti/src/demo/samples/sample.ts";
import { play } from "../../packages/tutti/test/demo/play.ts";
import { openTheatre, type Theatre } from "../fixtures/demo.ts";

const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT/u;

/** Null where there is no network. */
const fetchSample = async (name: string, theatre: Theatre): Promise<Sample | null> => {
  try {
    return await findSample(name).load({
      folders: { data: join(theatre.folder, "share/tutti") },
      env: process.env,
      note: () => undefined,
      signal: new AbortController().signal,
    });
  } catch (error) {
    if (error instanceof TuttiError && NO_NETWORK.test(error.message)) return null;
    throw error;
  }
};

const expectStages = (sample: Sample): void => {
  using shipped = play(sample);
  expect(shipped.check().code).toBe(0);
  expect(shipped.reproduce().code).toBe(1);
  using wrong = play(sample);
  wrong.lay(sample.first.files);
  expect(wrong.check().code).toBe(0);
  expect(wrong.reproduce().code).toBe(1);
  using fixed = play(sample);
  fixed.lay(sample.final.files);
  expect(fixed.check().code).toBe(0);
  expect(fixed.reproduce().code).toBe(0);
};

const fileOf = (root: string, revision: string, path: string): string =>
  execFileSync("git", ["-C", root, "show", `${revision}:${path}`], { encoding: "utf8" });

it.for([
  ["minimist", "1.2.5", "1.2.6"],
  ["shell-quote", "1.7.2", "1.7.3"],
] as const)(
  "merges into %s %s what %s changed, without a network once it is fetched",
  async ([name, before, after], { skip }) => {
    await using theatre = openTheatre();
    const sample = await fetchSample(name, theatre);
    if (sample === null) return skip("npm does not reach its registry from here");
    expectStages(sample);
    const dead = { npm_config_registry: "http://127.0.0.1:9/", npm_config_offline: "true" };
    const args = ["demo", "--once", "--keep", "--json", "--sample", name];
    const { code, stdout, stderr } = await theatre.play(args, dead);
    expect([code, stderr]).toEqual([0, expect.stringContaining("● the tests pass there")]);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "merged",
      findings: [
        { verdict: "confirmed", evidence: { base: "fail", candidate: "fail", fixed: "pass" } },
      ],
    });
    for (const requirement of JSON.parse(stdout).contract.requirements)
      expect(["proven", "tested"]).toContain(requirement.state);
    const [stage = ""] = theatre.litter();
    const root = join(theatre.temporary, stage, "samples", name);
    const fetched = join(theatre.folder, "share/tutti/samples", `${name}-${before}-${after}`);
    for (const [path, content] of Object.entries(sample.final.files)) {
      expect(fileOf(root, "main", path)).toBe(content);
      expect(content).toBe(readFileSync(join(fetched, "node_modules/after", path), "utf8"));
      expect(fileOf(root, "main^", path)).toBe(sample.files[path]);
    }
    expect(theatre.left()).toEqual([]);
  },
);
