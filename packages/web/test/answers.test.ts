import {
  type AttentionAnswer,
  AttentionId,
  type AttentionItem,
  PersonCommand,
  RunId,
  Sha256,
  StepKey,
} from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { commandFor, endsRun, keyOf, labelOf } from "../src/features/attention/answers.ts";
import { plainLine, plainText } from "../src/ui/plain.ts";

const SUBJECT = Sha256.parse("a".repeat(64));
const WORDS = { text: "because", remember: "once" } as const;

const answer = (name: string, command = `tutti ${name} TEXT`): AttentionAnswer => ({
  name,
  label: name,
  needsText: command.includes("TEXT"),
  command,
});

const item = (part: Partial<AttentionItem>): AttentionItem => ({
  id: AttentionId.parse("approval:spec"),
  run: RunId.parse("r-4k2m9x7q1abc"),
  kind: "approval",
  step: StepKey.parse("approve-spec"),
  since: 1,
  asks: "",
  why: "",
  subject: SUBJECT,
  details: [],
  answers: [],
  ...part,
});

const approval = item({
  answers: [answer("proceed", ""), answer("comment"), answer("changes"), answer("cancel", "")],
});

const question = item({
  id: AttentionId.parse("permission:p1:2"),
  kind: "permission",
  answers: [
    answer("cancel", "tutti permit allow RUN p1 --option=cancel"),
    answer("yes", "tutti permit deny RUN p1 --option=yes"),
  ],
});

const host = item({ id: AttentionId.parse("egress:example.com:443"), kind: "egress" });

describe("an answer", () => {
  it.each([
    [approval, answer("proceed"), { kind: "approval.give", subject: SUBJECT, comment: "because" }],
    [approval, answer("changes"), { kind: "approval.refuse", answer: "changes" }],
    [item({ kind: "guard" }), answer("allow"), { kind: "guard.allow", reason: "because" }],
    [item({ kind: "guard" }), answer("changes"), { kind: "guard.refuse" }],
    [item({ kind: "failed-gate" }), answer("changes"), { kind: "work.return" }],
    [item({ kind: "failed-gate", step: null }), answer("retry"), { kind: "run.retry" }],
    [item({ kind: "failed-gate" }), answer("waive"), { kind: "step.waive", reason: "because" }],
    [item({ kind: "stale" }), answer("holds"), { kind: "step.renew", answer: "holds" }],
    [item({ kind: "stale" }), answer("again"), { kind: "step.renew", answer: "again" }],
    [item({ kind: "degraded" }), answer("accept"), { kind: "degraded.accept" }],
    [item({ kind: "taken" }), answer("give"), { kind: "workspace.give" }],
    [approval, answer("cancel"), { kind: "run.cancel" }],
    [
      question,
      answer("cancel"),
      { kind: "permission.answer", permission: "p1:2", option: "cancel" },
    ],
    [host, answer("allow"), { kind: "egress.allow", target: "example.com:443", scope: "run" }],
    [host, answer("allow-project"), { kind: "egress.allow", scope: "project" }],
    [host, answer("deny"), { kind: "egress.refuse", target: "example.com:443" }],
  ])("of case %# is a command that the daemon takes", (about, said, command) => {
    const made = commandFor(about, said, WORDS);
    expect(made).toMatchObject(command);
    expect(PersonCommand.safeParse(made).success).toBe(true);
  });

  it("raises the limit that it is about, to a number above 0 only", () => {
    const about = item({ kind: "budget" });
    const raise = answer("raise", "tutti budget raise RUN --day --tokens TEXT");
    expect(commandFor(about, raise, { ...WORDS, text: "5000" })).toEqual({
      kind: "budget.raise",
      scope: "day",
      budget: { tokens: 5000 },
    });
    for (const text of ["", "much", "0", "-1"])
      expect(commandFor(about, raise, { ...WORDS, text })).toBeNull();
  });

  it("to an agent's question may hold for longer than this time", () => {
    const lasting = { ...WORDS, remember: "project" } as const;
    expect(commandFor(question, answer("yes"), lasting)).toMatchObject({ remember: "project" });
    expect(commandFor(question, answer("yes"), WORDS)).not.toHaveProperty("remember");
  });

  it("of another kind than is known is none", () => {
    expect(commandFor(approval, answer("dance"), WORDS)).toBeNull();
  });
});

describe("the keys of answers", () => {
  it("are p to go on, c with a comment, x to refuse, and none that ends the run", () => {
    expect(approval.answers.map((one) => keyOf(approval, one))).toEqual(["p", "c", "x", undefined]);
  });

  it("follow what an option does, not what the agent calls it", () => {
    const [allows, denies] = question.answers;
    if (allows === undefined || denies === undefined) throw new Error("two answers");
    expect(keyOf(question, allows)).toBe("p");
    expect(endsRun(question, allows)).toBe(false);
    expect(endsRun(approval, answer("cancel"))).toBe(true);
    expect(keyOf(question, denies)).toBe("x");
    expect(labelOf(question, allows)).toBe("Allow: cancel");
    expect(labelOf(question, denies)).toBe("Deny: yes");
  });
});

describe("hostile text", () => {
  it("loses what would change how it reads", () => {
    expect(plainText("a\u001B[31mb\u001B]8;;http://x\u0007c\u202Ed\u0000\ne")).toBe("abcd\ne");
    expect(plainLine("one\n\u001B]52;c;eA==\u0007two")).toBe("one two");
  });
});
