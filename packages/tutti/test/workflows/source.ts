/** Workflow files for tests: the four stages, with one step replaced or changed. */

export const FRONT = `---
name: sample
description: A sample.
---
# Sample
`;

export const STEPS = {
  plan: `## Step: plan
\`\`\`yaml
kind: agent
stage: plan
role: planner
produces: [spec.md, plan.yaml]
\`\`\`
Plan {{task.goal}}.
`,
  build: `## Step: build
\`\`\`yaml
kind: agent
stage: implement
role: author
access: workspace
\`\`\`
Build it.
`,
  test: `## Step: test
\`\`\`yaml
kind: checks
stage: test
on_fail: { back_to: build }
\`\`\`
`,
  review: `## Step: review
\`\`\`yaml
kind: review
stage: review
\`\`\`
`,
  merge: `## Step: merge
\`\`\`yaml
kind: merge
\`\`\`
`,
};

/** The file with some steps replaced; an empty text leaves a step out. */
export const source = ({
  front = FRONT,
  ...steps
}: Partial<typeof STEPS> & { front?: string } = {}): string =>
  [front, ...Object.values({ ...STEPS, ...steps })].join("\n");

/** Line of the first occurrence, from 1. */
export const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split("\n").length;
