import { RequestError } from "@agentclientprotocol/sdk";
import { TuttiError } from "@tutti/protocol";
import { expect, it } from "vitest";
import { answerFailure, deathFailure, launchFailure } from "../../src/agents/acp/failures.ts";

const exit = (code: number | null, signal: string | null = null) =>
  ({ code, signal, ended: null }) as const;

it.each([
  { fact: exit(0), words: "", code: "agent.died", says: "exit code 0" },
  { fact: exit(137), words: "", code: "agent.died", says: "signal SIGKILL" },
  { fact: exit(null, "SIGSEGV"), words: "", code: "agent.died", says: "signal SIGSEGV" },
  {
    fact: exit(127),
    words: "sh: alto: not found",
    code: "agent.missing",
    says: "`alto acp` could",
  },
  { fact: exit(126), words: "", code: "agent.missing", says: "could not be started" },
  {
    fact: exit(1),
    words: "bwrap: execvp alto: No such file or directory",
    code: "agent.missing",
    says: "execvp alto",
  },
  {
    fact: exit(1),
    words: "execvp is a word",
    code: "agent.died",
    says: "words:\nexecvp is a word",
  },
  {
    fact: { code: null, signal: "SIGKILL", ended: "workspace-full" as const },
    words: "",
    code: "workspace.full",
    says: "size limit",
  },
  {
    fact: { code: null, signal: "SIGKILL", ended: "stopped" as const },
    words: "",
    code: "agent.stopped",
    says: "from outside",
  },
])(
  "calls the end of a process $fact with last words '$words' $code",
  ({ fact, words, code, says }) => {
    expect(deathFailure(fact, ["alto", "acp"], words)).toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
  },
);

it("keeps the code of a failure that it may tell, and calls every other one the sandbox's", () => {
  const full = new TuttiError("disk.full", "no space left", { retry: "later" });
  expect(launchFailure(full)).toEqual({
    code: "disk.full",
    message: "no space left",
    retry: "later",
  });
  const leaks = new TuttiError("sandbox.leaks", "it does not hold");
  expect(launchFailure(leaks)).toMatchObject({
    code: "sandbox.failed",
    message: "it does not hold",
  });
  expect(launchFailure(new Error("EAGAIN"))).toMatchObject({ code: "sandbox.failed" });
});

it("tells an error answer from an answer that is none", () => {
  const busy = new RequestError(-32_603, "overloaded", { status: 529 });
  expect(answerFailure("session/prompt", busy)).toMatchObject({
    code: "agent.refused",
    retry: "later",
    message: 'The agent answered session/prompt with an error: overloaded (-32603) {"status":529}',
  });
  const login = new RequestError(-32_000, "no key");
  expect(answerFailure("session/new", login)).toMatchObject({
    code: "agent.refused",
    retry: "never",
  });
  expect(answerFailure("initialize", new Error("x"))).toMatchObject({ code: "agent.protocol" });
});
