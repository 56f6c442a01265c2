/** The scripts of the two agents: alto plans and writes, tenor reviews. */
import { stringify } from "yaml";
import type { Action, Script, Turn } from "../agents/scripted/script.ts";
import type { Change, Files, Sample } from "./samples/sample.ts";

const SCRIPTED = "(scripted, no model is asked)";

/** The plan of every sample has one item. */
const FIRST_STEP = "build[P1]";
/** As the built-in workflow calls it. */
export const REVIEW_STEP = "rival-review";

const write = (files: Files): Action[] =>
  Object.entries(files).map(([path, content]) => ({ do: "write", path, content }));

const say = (text: string): Action => ({ do: "say", text: `${text} ${SCRIPTED}\n` });

const build = ({ note, files }: Change, check: string): Action[] => [
  say(note),
  ...write(files),
  { do: "run", command: check },
];

const report = (summary: string, findings: readonly unknown[]): Action => ({
  do: "report",
  file: "findings.json",
  json: { summary, findings },
});

/** What the person is told when a step of the script begins. */
export const notesOf = ({ first, final }: Sample): Readonly<Record<string, string>> => ({
  [FIRST_STEP]: `A first attempt that is scripted to be wrong. It says: ${first.note}`,
  "build[fix-1]": `It says: ${final.note}`,
});

/** A prompt takes the first turn that fits: the item of the plan first, every repair after it. */
export function authorScript(sample: Sample): Script {
  const { check } = sample;
  const turns: Turn[] = [
    {
      step: "spec",
      do: [
        say("I read the code and run its tests first."),
        { do: "run", command: check },
        { do: "report", file: "spec.md", text: sample.spec },
        { do: "report", file: "contract.yaml", text: stringify(sample.contract) },
      ],
    },
    {
      step: "plan",
      do: [
        say("One item is enough."),
        { do: "report", file: "plan.yaml", text: stringify(sample.plan) },
      ],
    },
    { step: FIRST_STEP, do: build(sample.first, check) },
    { step: "build", do: build(sample.final, check) },
  ];
  return { name: "alto (scripted)", turns };
}

/** Reports its claim only when the reproduction really fails in its own copy. */
export function reviewerScript({ claim }: Sample): Script {
  const { reproduction } = claim;
  const files = Object.fromEntries(reproduction.files.map(({ path, content }) => [path, content]));
  return {
    name: "tenor (scripted)",
    turns: [
      {
        step: REVIEW_STEP,
        do: [
          say("I look for an input for which a sentence of the contract is not true."),
          { do: "run", command: "git diff --stat HEAD~1 HEAD" },
          ...write(files),
          {
            do: "if",
            run: reproduction.run,
            yes: [say("Nothing to find."), report("The contract holds for what I tried.", [])],
            no: [say("Here is one."), report("One requirement is not met.", [claim])],
          },
        ],
      },
    ],
  };
}
