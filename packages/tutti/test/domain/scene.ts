/** The people, the configuration and the workflow that the state machine is tried with. */
import { type Actor, CommitId, ProjectConfig, TreeId, Workflow } from "@tutti/protocol";
import { hashOf } from "../../src/domain/hash.ts";

export const PERSON: Actor = { kind: "person", id: "kim" };
export const WORKER: Actor = { kind: "system", part: "worker" };
export const AGENT: Actor = { kind: "agent", agent: "alto", family: "anthropic" };

export const commit = (name: string): CommitId =>
  CommitId.parse(hashOf(`commit ${name}`).slice(0, 40));
export const tree = (name: string): TreeId => TreeId.parse(hashOf(`tree ${name}`).slice(0, 40));

export const CONFIG = ProjectConfig.parse({
  agents: {
    alto: { command: ["alto"], family: "anthropic" },
    tenor: { command: ["tenor"], family: "openai" },
  },
  roles: { planner: "alto", author: "alto", reviewer: ["tenor"] },
  checks: { test: { run: "npm test" } },
});

export const TWO_CHECKS = ProjectConfig.parse({
  ...CONFIG,
  agents: { ...CONFIG.agents, bass: { command: ["bass"], family: "google" } },
  roles: { ...CONFIG.roles, reviewer: ["tenor", "bass"] },
  checks: { lint: { run: "npm run lint" }, test: { run: "npm test" } },
});

const planning = {
  kind: "agent",
  stage: "plan",
  role: "planner",
  access: "read-only",
  text: "plan it",
} as const;

export const SPEC_FIRST: Workflow = Workflow.parse({
  name: "spec-first",
  description: "the steps of the built-in workflow",
  preamble: "",
  waives: {},
  steps: [
    { ...planning, id: "spec", produces: ["spec.md", "contract.yaml"], needs: [] },
    {
      id: "approve-spec",
      kind: "approval",
      of: ["spec.md", "contract.yaml"],
      needs: ["spec"],
      text: "",
    },
    { ...planning, id: "plan", produces: ["plan.yaml"], needs: ["approve-spec"] },
    {
      id: "build",
      kind: "agent",
      stage: "implement",
      role: "author",
      access: "workspace",
      produces: [],
      for_each: "plan.items",
      needs: ["plan"],
      text: "build it",
    },
    {
      id: "test",
      kind: "checks",
      stage: "test",
      run: [],
      on_fail: { back_to: "build", rounds: 3 },
      needs: ["build"],
      text: "",
    },
    {
      id: "rival-review",
      kind: "review",
      stage: "review",
      on_fail: { back_to: "build", rounds: 2 },
      needs: ["test"],
      text: "review it",
    },
    { id: "approve-merge", kind: "approval", of: ["candidate"], needs: ["rival-review"], text: "" },
    { id: "merge", kind: "merge", needs: ["approve-merge"], text: "" },
  ],
});

const besideBuild = (check: string) => ({
  id: check,
  kind: "checks",
  run: [check],
  needs: ["migrate"],
  on_fail: { back_to: "build", rounds: 2 },
  text: "",
});

/** Items under a condition, checks beside each other, two reviewers. */
export const FORKED: Workflow = Workflow.parse({
  ...SPEC_FIRST,
  name: "forked",
  steps: SPEC_FIRST.steps.flatMap((step): unknown[] => {
    if (step.id === "build")
      return [
        step,
        { ...step, id: "migrate", needs: ["build"], when: { changed: ["migrations/**"] } },
      ];
    if (step.kind === "checks") return [besideBuild("lint"), besideBuild("test")];
    return step.kind === "review"
      ? [{ ...step, reviewers: { count: 2 }, needs: ["lint", "test"] }]
      : [step];
  }),
});
