/**
 * A repository whose runs take every kind of effect with as little work as possible: one author who
 * first does half, one reviewer who proves it, shell scripts as check and reproduction. The author
 * writes a line for every prompt into a file of the run, so what was asked of him can be counted in
 * what was merged.
 */
import type { Script } from "../../../packages/tutti/src/agents/scripted/script.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

/** Folder of the prompts that the author was given; one file a run, one line `ATTEMPT NTH` a prompt. */
export const PROMPTS = "prompts";
export const AUTHOR_STEP = "implement";
const REVIEW_STEP = "review";

const WORKFLOW = `---
name: lean
description: Every kind of effect, as little work as possible.
waives:
  plan: "There is nothing to plan."
---
# Lean

## Step: ${AUTHOR_STEP}
\`\`\`yaml
kind: agent
stage: implement
role: author
access: workspace
\`\`\`
{{task.text}}

## Step: test
\`\`\`yaml
kind: checks
stage: test
run: []
on_fail: { back_to: ${AUTHOR_STEP} }
\`\`\`

## Step: ${REVIEW_STEP}
\`\`\`yaml
kind: review
stage: review
reviewers: { count: 1, family: foreign }
evidence: required
on_fail: { back_to: ${AUTHOR_STEP} }
\`\`\`

## Step: ship
\`\`\`yaml
kind: approval
of: [candidate]
\`\`\`

## Step: merge
\`\`\`yaml
kind: merge
\`\`\`
`;

const CLAIM = "the work is left half done";

const note = {
  do: "run" as const,
  command: `mkdir -p work ${PROMPTS} && echo "$SCRIPTED_ATTEMPT $SCRIPTED_NTH" >> ${PROMPTS}/$TUTTI_RUN`,
};

const leave = (word: string) => ({
  do: "run" as const,
  command: `echo ${word} > work/$TUTTI_RUN`,
});

const AUTHOR: Script = {
  name: "alto",
  turns: [
    { step: AUTHOR_STEP, prompt: CLAIM, do: [note, leave("whole")] },
    { step: AUTHOR_STEP, do: [note, leave("half")] },
  ],
};

const TEST = "every work is whole";
const CHECK = `echo "1..1"\nfor work in work/*; do test -s "$work" || exit 1; done\necho "ok 1 - no work is empty"\n`;
const REPRODUCTION = `echo "1..1"\nif grep -r half work >&2; then echo "not ok 1 - ${TEST}"; exit 1; fi\necho "ok 1 - ${TEST}"\n`;

const REVIEWER: Script = {
  name: "tenor",
  turns: [
    {
      step: REVIEW_STEP,
      do: [
        {
          do: "if",
          run: "grep -q whole work/$TUTTI_RUN",
          yes: [{ do: "report", file: "findings.json", json: { summary: "", findings: [] } }],
          no: [
            {
              do: "report",
              file: "findings.json",
              json: {
                summary: "Half is missing.",
                findings: [
                  {
                    kind: "bug",
                    severity: "P1",
                    claim: CLAIM,
                    requirements: [],
                    locations: [],
                    reproduction: {
                      files: [{ path: "whole.sh", content: REPRODUCTION }],
                      run: "sh whole.sh",
                      test: TEST,
                    },
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  ],
};

export const createLeanProject = (): Project =>
  createProject({
    files: { "check.sh": CHECK, "work/first": "whole\n" },
    agents: {
      alto: { family: "anthropic", script: AUTHOR },
      tenor: { family: "openai", script: REVIEWER },
    },
    checks: { work: { run: "sh check.sh", timeout: "60s" } },
    workflows: { lean: WORKFLOW },
    config: { workflow: "lean" },
  });
