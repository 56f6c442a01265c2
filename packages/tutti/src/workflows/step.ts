/** One typed block as the protocol's step, with the defaults that depend on its place and stage. */
import { AgentStep, ApprovalStep, ChecksStep, MergeStep, ReviewStep } from "@tutti/protocol";
import type { Role, WorkflowStep } from "@tutti/protocol";
import type { AgentBlock, StepBlock } from "./file.ts";
import type { z } from "zod";

type Agent = z.infer<typeof AgentBlock>;

/** `before`: the step above in the file, which is what a step needs unless it says otherwise. */
export const toStep = (
  block: StepBlock,
  at: { readonly id: string; readonly text: string; readonly before: string | null },
): WorkflowStep => {
  const common = {
    id: at.id,
    text: at.text,
    stage: block.stage,
    needs: needsOf(block, at.before),
    when: block.when === undefined ? undefined : defined(block.when),
  };
  switch (block.kind) {
    case "agent":
      return AgentStep.parse(defined({ ...common, ...agentPart(block) }));
    case "checks":
      return ChecksStep.parse(
        defined({ ...common, kind: block.kind, run: block.run, on_fail: block.on_fail }),
      );
    case "review":
      return ReviewStep.parse(
        defined({
          ...common,
          kind: block.kind,
          reviewers: block.reviewers,
          evidence: block.evidence,
          on_fail: block.on_fail,
        }),
      );
    case "approval":
      return ApprovalStep.parse(
        defined({
          ...common,
          kind: block.kind,
          of: block.of,
          approvers: block.approvers?.min === undefined ? undefined : { min: block.approvers.min },
        }),
      );
    case "merge":
      return MergeStep.parse(defined({ ...common, kind: block.kind }));
  }
};

const needsOf = (block: StepBlock, before: string | null): readonly string[] => {
  if (block.needs === undefined) return before === null ? [] : [before];
  return [...new Set([block.needs].flat())];
};

const agentPart = (block: Agent): Record<string, unknown> => {
  const access = block.access ?? (block.stage === "implement" ? "workspace" : "read-only");
  return {
    kind: block.kind,
    role: block.role ?? roleFor(access),
    agent: block.agent,
    access,
    produces: block.produces,
    for_each: block.for_each,
    session: block.session,
    gate: gateOf(block),
    retry: block.retry?.max === undefined ? undefined : { max: block.retry.max },
  };
};

const roleFor = (access: Agent["access"]): Role => (access === "workspace" ? "author" : "planner");

/** `gate: [checks: fast]` and `gate: { checks: [fast] }` mean the same. */
const gateOf = (block: Agent): Record<string, unknown> | undefined => {
  if (block.gate === undefined) return undefined;
  const entries = [block.gate].flat();
  const checks = entries.flatMap((entry) =>
    entry.checks === undefined ? [] : [entry.checks].flat(),
  );
  const reproduction = entries.find((entry) => entry.reproduction !== undefined)?.reproduction;
  return defined({ checks: [...new Set(checks)], reproduction });
};

/** Without the keys whose value is undefined: a stored workflow has a key or has it not. */
const defined = (value: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
