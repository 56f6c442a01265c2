import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { RunId, RunView, type Actor } from "@tutti/protocol";
import { openHarness, type Harness } from "./harness.ts";

const WORKER: Actor = { kind: "system", part: "worker" };

let h: Harness;

beforeEach(async () => {
  h = await openHarness();
});

afterEach(async () => {
  await h[Symbol.asyncDispose]();
});

const started = async (text = "Fix the parser"): Promise<RunId> => {
  const { out } = await h.tutti(["run", text, "--json"]);
  return RunId.parse(JSON.parse(out).run);
};

const waiting = async (): Promise<RunId> => {
  const run = await started();
  h.engine.settle(run);
  return run;
};

const finishRun = (run: RunId): void => {
  for (;;) {
    if (h.engine.step(run)) continue;
    const item = h.engine.attention().find((asked) => asked.run === run);
    if (item?.step === undefined || item.step === null || item.subject === null) return;
    const { step, subject } = item;
    h.engine.apply(run, { kind: "approval.give", step, subject }, { kind: "person", id: "kim" });
  }
};

describe("tutti run", () => {
  it("starts a run of the present folder and says what to do next", async () => {
    const { code, out, err } = await h.tutti(["run", "Fix", "the", "parser"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Started r-\w{12}\. Follow it with `tutti watch r-/u);
    expect(err).toContain("! the tree is dirty");
    const { items } = h.engine.runs({ limit: 1 });
    expect(items[0]?.title).toBe("Fix the parser");
    expect(h.engine.document(items[0]?.id ?? RunId.parse("r-none00"))?.project.path).toBe(
      h.project,
    );
  });

  it("takes the task from standard input", async () => {
    const { code } = await h.tutti(["run", "-"], { stdin: "From a file\nwith details\n" });
    expect(code).toBe(0);
    expect(h.engine.runs({ limit: 1 }).items[0]?.title).toBe("From a file");
  });

  it("refuses an empty task and unknown choices as usage errors", async () => {
    expect((await h.tutti(["run", " "])).code).toBe(2);
    expect((await h.tutti(["run"])).code).toBe(2);
    const { code, err } = await h.tutti(["run", "x", "--to", "nowhere"]);
    expect(code).toBe(2);
    expect(err).toContain("target, branch");
    for (const [option, names] of [
      ["--author", " "],
      ["--reviewer", "codex, "],
    ] as const)
      expect((await h.tutti(["run", "x", option, names])).code).toBe(2);
  });

  it("waits until the run needs a person, and exits with 3", async () => {
    const onNote = (text: string): void => {
      const run = /r-\w{12}/u.exec(text)?.[0];
      if (text.startsWith("Started") && run !== undefined) h.engine.settle(RunId.parse(run));
    };
    const { code, out, err } = await h.tutti(["run", "x", "--wait"], { onNote });
    expect(code).toBe(3);
    expect(out).toContain("◆ Approve spec.md and contract.yaml");
    expect(out).toMatch(/Proceed\s+tutti approve r-\w+ approve-spec/u);
    expect(err).toContain("● spec: passed");
  });

  it("waits until the merge, and exits with 0 and one JSON document", async () => {
    const first = await started("first");
    // Nothing waits yet, so the answer is refused at once.
    expect((await h.tutti(["approve", first, "--wait", "--json"])).code).toBe(5);
    h.engine.settle(first);
    finishRunSoon(first);
    const { code, out } = await h.tutti(["approve", first, "--wait", "--json"]);
    expect(code).toBe(0);
    const view = RunView.parse(JSON.parse(out));
    expect(view).toMatchObject({ outcome: "merged", state: "merged" });
    expect(view.approvals.length).toBeGreaterThan(0);
    expect(view.merged?.target).toBe("main");
  });
});

/** The spec is approved by the command under test; everything after by this. */
function finishRunSoon(run: RunId): void {
  const end = h.engine.subscribe((events) => {
    if (!events.some(({ body }) => body.type === "approval.given")) return;
    end();
    setImmediate(() => finishRun(run));
  });
}

describe("tutti tasks", () => {
  it("lists this project's runs, or those of all", async () => {
    await started("Here");
    const elsewhere = join(h.folder, "other");
    mkdirSync(join(elsewhere, ".git"), { recursive: true });
    await h.tutti(["run", "There"], { cwd: elsewhere });
    const here = await h.tutti(["tasks"]);
    expect(here.out).toContain("Here");
    expect(here.out).not.toContain("There");
    expect(JSON.parse((await h.tutti(["tasks", "--all", "--json"])).out).items).toHaveLength(2);
    const waits = JSON.parse((await h.tutti(["--json", "tasks", "--state", "waiting"])).out);
    expect(waits).toEqual({ items: [], next: null });
  });

  it("works from a folder inside the project", async () => {
    await started("Here");
    mkdirSync(join(h.project, "src", "deep"), { recursive: true });
    const { out } = await h.tutti(["tasks"], { cwd: join(h.project, "src", "deep") });
    expect(out).toContain("Here");
  });

  it("shows states by shape and word, and colour only on a terminal", async () => {
    await waiting();
    const plain = await h.tutti(["tasks"]);
    expect(plain.out).toContain("◆ waiting for you");
    expect(plain.out).not.toContain("\u001B");
    expect((await h.tutti(["tasks"], { isTerminal: true })).out).toContain("\u001B[1;33m◆");
    const env = { NO_COLOR: "1" };
    expect((await h.tutti(["tasks"], { isTerminal: true, env })).out).not.toContain("\u001B");
    const refused = await h.tutti(["tasks", "--no-color"], { isTerminal: true });
    expect(refused.out).not.toContain("\u001B");
  });

  it("refuses a limit that is none", async () => {
    for (const limit of ["0", "201", "x", "-1"]) {
      expect((await h.tutti(["tasks", `--limit=${limit}`])).code).toBe(2);
    }
  });
});

describe("which run is meant", () => {
  it("is the beginning of an id, when only one begins so", async () => {
    const run = await started("A");
    const { code, out } = await h.tutti(["show", run.slice(0, 8), "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out).run).toBe(run);
    expect((await h.tutti(["show", "r-zzzz"])).code).toBe(2);
    await started("B");
    const { code: several, err } = await h.tutti(["show", "r-"]);
    expect(several).toBe(2);
    expect(err).toContain("Several runs begin with r-");
  });

  it("is the newest one for looking, the only open one for acting", async () => {
    const first = await waiting();
    const second = await started("B");
    expect(JSON.parse((await h.tutti(["show", "--json"])).out).run).toBe(second);
    const { code, err } = await h.tutti(["approve"]);
    expect(code).toBe(2);
    expect(err).toContain("Several runs are under way");
    await h.tutti(["cancel", second]);
    while (h.engine.step(second));
    expect((await h.tutti(["approve"])).code).toBe(0);
    expect(h.engine.document(first)?.approvals).toHaveLength(1);
  });

  it("cannot be guessed outside of a repository", async () => {
    const { code, err } = await h.tutti(["show"], { cwd: h.folder });
    expect(code).toBe(2);
    expect(err).toContain("not inside a git repository");
  });
});

describe("answers", () => {
  it("approve exactly what is asked, or are refused", async () => {
    const run = await waiting();
    const subject = h.engine.attention()[0]?.subject ?? "";
    const moved = await h.tutti(["approve", run, "--subject", "ffffffff"]);
    expect(moved.code).toBe(5);
    expect(moved.err).toContain("Look again");
    expect((await h.tutti(["approve", run, "merge"])).code).toBe(5);
    const { code, out } = await h.tutti([
      "approve",
      run,
      "approve-spec",
      "--subject",
      subject.slice(0, 8),
      "-m",
      "good",
    ]);
    expect(code).toBe(0);
    expect(out).toContain(subject.slice(0, 12));
    expect(h.engine.document(run)?.approvals[0]?.comment).toBe("good");
  });

  it("are marked when a program gives them for the person", async () => {
    const run = await waiting();
    await h.tutti(["approve", run], { env: { TUTTI_ON_BEHALF: "npm start" } });
    const { out } = await h.tutti(["show", run]);
    expect(out).toContain("given by npm start on their behalf");
  });

  it("send work back with words, and never without", async () => {
    const run = await waiting();
    expect((await h.tutti(["reject", run])).code).toBe(2);
    expect((await h.tutti(["reject", run, "approve-spec", "-m", "cover IPv6"])).code).toBe(0);
    expect(h.engine.document(run)?.steps["spec"]?.facts.at(-1)?.details).toEqual(["cover IPv6"]);
  });

  it("cancel a run from an approval", async () => {
    const run = await waiting();
    expect((await h.tutti(["reject", run, "--cancel"])).code).toBe(0);
    expect(h.engine.document(run)?.cancelled).not.toBeNull();
  });

  it("answer an agent's permission by its own options", async () => {
    const run = await started();
    h.engine.step(run);
    const effect = Object.values(h.engine.document(run)?.effects ?? {})[0];
    if (effect === undefined) throw new Error("no effect");
    const ask = (permission: string) =>
      h.engine.apply(
        run,
        {
          kind: "permission.ask",
          permission,
          effect: effect.id,
          title: "Run \u001B[2Jnpm test",
          detail: "in /ws",
          options: [
            { id: "yes", name: "Allow", kind: "allow_once" },
            { id: "no; rm -rf ~", name: "Reject", kind: "reject_once" },
          ],
        },
        WORKER,
      );
    ask("q-1");
    const list = await h.tutti(["permit", "ls"], { isTerminal: true });
    expect(list.out).toContain("Run npm test");
    expect(list.out).not.toContain("\u001B[2J");
    expect((await h.tutti(["show", run])).out).not.toMatch(/tutti permit .*rm -rf/u);
    expect((await h.tutti(["permit", "allow", run])).code).toBe(0);
    expect(h.engine.document(run)?.permissions).toEqual([]);
    expect(h.engine.document(run)?.remembered).toEqual([]);
    ask("q-ever");
    const ever = await h.tutti(["permit", "allow", run, "--always"]);
    expect(ever.out).toContain("from now on in this run");
    expect(h.engine.document(run)?.remembered).toMatchObject([{ answer: "allow" }]);
    ask("q-2");
    expect((await h.tutti(["permit", "deny", run, "q-2"])).code).toBe(0);
    expect((await h.tutti(["permit", "deny", run])).code).toBe(5);
    expect((await h.tutti(["permit", "ls"])).err).toContain("No agent asks");
  });

  it("need a reason where the record needs one", async () => {
    const run = await waiting();
    expect((await h.tutti(["waive", run, "spec"])).code).toBe(2);
    expect((await h.tutti(["waive", run, "spce", "-m", "x"])).err).toContain(
      "Did you mean `spec`?",
    );
    expect((await h.tutti(["waive", run, "F1", "-m", "x"])).err).toContain("no finding F1");
    expect((await h.tutti(["renew", run, "spec"])).code).toBe(2);
    expect((await h.tutti(["retry", run])).code).toBe(5);
    expect((await h.tutti(["merge", run])).code).toBe(3);
  });
});

describe("steering", () => {
  it("pauses, resumes, comments and cancels", async () => {
    const run = await started();
    expect((await h.tutti(["pause", run])).code).toBe(0);
    expect(h.engine.document(run)?.paused).toBe("paused by a person");
    expect((await h.tutti(["resume", run])).code).toBe(0);
    expect((await h.tutti(["resume", run])).code).toBe(5);
    expect((await h.tutti(["comment", run, "see #3", "--on", "spec.md"])).code).toBe(0);
    expect(h.engine.document(run)?.comments[0]).toMatchObject({ on: "spec.md", text: "see #3" });
    const cancelled = JSON.parse((await h.tutti(["cancel", run, "--json"])).out);
    expect(cancelled.run).toBe(run);
  });

  it("exits with 3 when a waited-for run is paused, 1 when it was cancelled", async () => {
    const run = await started();
    await h.tutti(["pause", run]);
    while (h.engine.step(run));
    const end = h.engine.subscribe((events) => {
      if (!events.some(({ body }) => body.type === "run.cancelled")) return;
      end();
      setImmediate(() => {
        while (h.engine.step(run));
      });
    });
    expect((await h.tutti(["cancel", run, "--wait"])).code).toBe(1);
  });

  it("hands the workspace to a person by its path alone", async () => {
    const run = await started();
    h.engine.step(run);
    await h.tutti(["pause", run]);
    while (h.engine.step(run));
    const { code, out, err } = await h.tutti(["take", run]);
    expect(code).toBe(0);
    expect(out).toBe("/ws\n");
    expect(err).toContain(`tutti give ${run}`);
    expect((await h.tutti(["give", run])).code).toBe(0);
  });

  it("gives a terminal what comes by a pipe as its script, also by one that claims to be a terminal", async () => {
    const run = await started();
    h.engine.step(run);
    const stdin = "echo 1\n";
    for (const isTerminal of [true, false])
      expect(await h.tutti(["shell", run], { isTerminal, stdin })).toEqual({
        code: 7,
        out: stdin,
        err: "",
      });
    expect(h.engine.terminals.list(run).map(({ kind }) => kind)).toEqual(["script", "script"]);
  });

  it("tells a second opinion that could not be kept, with why, and fails", async () => {
    const run = await started();
    const asked = () => h.tutti(["opinion", run, "F1"]);
    const kept = await asked();
    expect([kept.code, kept.err]).toEqual([0, ""]);
    const { opinion } = h.engine;
    onTestFinished(() => void Object.assign(h.engine, { opinion }));
    const unkept = { code: "disk.full", message: "The disk is full.", mend: "Make room." };
    Object.assign(h.engine, {
      opinion: async (...about: Parameters<typeof opinion>) => ({
        ...(await opinion(...about)),
        unkept,
      }),
    });
    const lost = await asked();
    expect([lost.code, lost.out]).toEqual([1, kept.out]);
    expect(lost.err).toMatch(/NOT kept.*The disk is full\. \(disk\.full\)\n.*Make room\./u);
  });

  it("amends an artifact from a file", async () => {
    const run = await started();
    writeFileSync(join(h.project, "mine.md"), "# Mine");
    expect((await h.tutti(["amend", run, "spec.md", "mine.md"])).code).toBe(0);
    expect((await h.tutti(["amend", run, "plan.yaml", "-"], { stdin: "items: []" })).code).toBe(0);
    expect((await h.tutti(["amend", run, "spec.md", "nowhere.md"])).code).toBe(2);
    expect((await h.tutti(["show", run, "--artifact", "spec.md"])).out).toBe("# Mine\n");
  });

  it("stops waiting on Ctrl-C with 130, and the run goes on", async () => {
    const run = await started();
    const interrupt = new AbortController();
    const onNote = (): void => interrupt.abort();
    await h.tutti(["pause", run]);
    const options = { onNote, signal: interrupt.signal };
    const { code, err } = await h.tutti(["resume", run, "--wait"], options);
    expect(code).toBe(130);
    expect(err).toContain(`The run goes on. Follow it with \`tutti watch ${run}\``);
    expect(h.engine.document(run)?.cancelled).toBeNull();
  });
});

describe("looking", () => {
  it("shows a whole run as a page and as one document", async () => {
    const run = await waiting();
    await h.tutti(["approve", run]);
    finishRun(run);
    const { code, out } = await h.tutti(["show", run]);
    expect(code).toBe(0);
    for (const part of [
      "● merged",
      "Steps",
      "● passed",
      "Contract",
      "R1",
      "MUST",
      "Checks",
      "● green",
      "Approvals",
      "AN → OA",
    ]) {
      expect(out).toContain(part);
    }
    expect(out).toContain("Not verified");
    RunView.parse(JSON.parse((await h.tutti(["show", run, "--json"])).out));
  });

  it("shows a transcript without what it would do to a terminal", async () => {
    const run = await started();
    h.engine.transcripts.set(`${run}/build[P1]/1`, [
      { kind: "prompt", at: 1, text: "Do it" },
      { kind: "text", at: 2, text: "\u001B]0;owned\u0007hello\u202E" },
      {
        kind: "tool",
        at: 3,
        id: "1",
        title: "Run tests",
        status: "completed",
        detail: "ok\n\u001B[2J",
      },
      { kind: "output", at: 4, stream: "stderr", text: "warning\n" },
      { kind: "ended", at: 5, reason: "end_turn" },
    ]);
    const { out } = await h.tutti(["show", run, "--transcript"], {
      env: { NO_COLOR: "1" },
      isTerminal: true,
    });
    expect(out).toContain("hello");
    for (const part of ["\u001B", "\u202E", "owned"]) expect(out).not.toContain(part);
    const lines = (await h.tutti(["show", run, "--transcript", "build[P1]", "--json"])).out
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual([
      "prompt",
      "text",
      "tool",
      "output",
      "ended",
    ]);
  });

  it("names a session that is not there", async () => {
    const run = await started();
    const { code, err } = await h.tutti(["show", run, "--transcript", "plan"]);
    expect(code).toBe(2);
    expect(err).toContain(`${run} has no session plan`);
    expect((await h.tutti(["show", run, "--transcript"])).err).toContain("no session yet");
  });

  it("watches a run to its end, past and present, as JSON lines", async () => {
    const run = await waiting();
    const watching = h.tutti(["watch", run, "--json"], {
      onPrint: (text) => {
        if (text.includes('"approval.given"')) return;
        if (h.engine.document(run)?.finished === null) setImmediate(() => finishRun(run));
      },
    });
    const { code, out } = await watching;
    expect(code).toBe(0);
    const events = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1).body.type).toBe("run.finished");
    const again = await h.tutti(["watch", run]);
    expect(again.out).toContain("run merged");
  });

  it("prints a patch as it is for programs and safe for people", async () => {
    await started();
    expect((await h.tutti(["diff"])).out).toContain("\u001B]0;title");
    const shown = (await h.tutti(["diff"], { isTerminal: true })).out;
    expect(shown).not.toContain("\u001B]");
    expect(shown).toContain("+new");
    expect((await h.tutti(["diff", "--stat"])).out).toBe("modified  +1 -1  a\n");
  });

  it("says without a command what needs the person and what runs", async () => {
    expect((await h.tutti([])).out).toContain("Nothing needs you");
    const run = await waiting();
    const { out } = await h.tutti([]);
    expect(out).toContain("Needs you (1)");
    expect(out).toContain(`tutti approve ${run} approve-spec`);
    expect(JSON.parse((await h.tutti(["--json"])).out).attention).toHaveLength(1);
  });

  it("draws progress in place on a terminal", async () => {
    const run = await waiting();
    const { err, code } = await h.tutti(["approve", run, "--wait"], {
      isTerminal: true,
      onNote: (text) => {
        if (text.includes("plan")) setImmediate(() => finishRun(run));
      },
    });
    expect(code).toBe(0);
    expect(err).toContain("\u001B[J");
  });
});

describe("help", () => {
  it("explains every command with examples", async () => {
    const { COMMANDS } = await import("../../src/cli/catalog/catalog.ts");
    for (const { name, examples } of COMMANDS) {
      const { code, out } = await h.tutti([name, "--help"]);
      expect(code).toBe(0);
      expect(examples.length).toBeGreaterThan(0);
      expect(out).toContain(`Usage: tutti ${name}`);
      expect(out).toContain(examples[0]?.command);
    }
  });

  it("guesses what was meant", async () => {
    const { code, err } = await h.tutti(["taks"]);
    expect(code).toBe(2);
    expect(err).toContain("Did you mean `tutti tasks`?");
    expect((await h.tutti(["permit", "alow"])).err).toContain("Did you mean `tutti permit allow`?");
    expect((await h.tutti(["tasks", "--sate=x"])).err).toContain("--state");
    expect((await h.tutti(["help", "wacth"])).err).toContain("`watch`");
    expect((await h.tutti(["permit"])).code).toBe(2);
    expect((await h.tutti(["tasks", "extra"])).err).toContain("Too many arguments");
  });

  it("prints errors as one document where JSON is asked for", async () => {
    const { code, out, err } = await h.tutti(["show", "r-unknown00000", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out).error).toMatchObject({ code: "run.unknown" });
    expect(err).toContain("tutti tasks");
  });

  it("completes for every shell", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out } = await h.tutti(["completion", shell]);
      expect(code).toBe(0);
      expect(out).toContain("approve");
      expect(out).toContain("workflow");
    }
    expect((await h.tutti(["completion", "csh"])).code).toBe(2);
  });
});

describe("project and machine", () => {
  it("writes a configuration once and never over another", async () => {
    const manifest = { name: "x", scripts: { test: "node --test" } };
    writeFileSync(join(h.project, "package.json"), JSON.stringify(manifest));
    const printed = await h.tutti(["init", "--print"]);
    expect(printed.code).toBe(0);
    const { code, out } = await h.tutti(["init"]);
    expect(code).toBe(0);
    expect(out).toContain("● wrote .tutti/config.yaml");
    const path = join(h.project, ".tutti/config.yaml");
    expect(readFileSync(path, "utf8")).toBe(printed.out);
    writeFileSync(path, "mine");
    expect((await h.tutti(["init"])).code).toBe(5);
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect((await h.tutti(["init"], { cwd: h.folder })).code).toBe(2);
  });

  it("examines machine, configuration, checks and agents", async () => {
    mkdirSync(join(h.project, ".tutti"));
    const path = join(h.project, ".tutti/config.yaml");
    writeFileSync(path, "checks:\n  test: { run: node --test }\nagentz: {}\n");
    const bad = await h.tutti(["doctor"]);
    expect(bad.code).toBe(1);
    expect(bad.out).toContain(".tutti/config.yaml:3");
    expect(bad.out).toContain("agents");
    writeFileSync(path, "checks:\n  test: { run: node --test }\n");
    const unready = await h.tutti(["doctor"]);
    expect(unready.code).toBe(1);
    expect(unready.out).toContain("planner: AGENT");
    expect(unready.out).toContain("check test");
    const roles = "roles: { planner: alto, author: alto, reviewer: [tenor] }";
    const agents = `agents:
  alto: { command: [alto], family: anthropic }
  tenor: { command: [tenor], family: openai }`;
    writeFileSync(path, `checks:\n  test: { run: node --test }\n${agents}\n${roles}\n`);
    const good = await h.tutti(["doctor"]);
    expect(good.out).toContain("check test");
    expect(good.out).toContain("agent alto");
    expect(good.code).toBe(0);
    const document = JSON.parse((await h.tutti(["doctor", "--quick", "--json"])).out);
    expect(document).toMatchObject({ ok: true, probe: null });
  });

  it("lists, prints and checks workflows", async () => {
    const { out } = await h.tutti(["workflows", "ls"]);
    expect(out).toContain("spec-first");
    expect((await h.tutti(["workflows", "show", "quick"])).out).toContain("## Step:");
    expect((await h.tutti(["workflows", "show", "quik"])).err).toContain("`quick`");
    const folder = join(h.project, ".tutti/workflows");
    mkdirSync(folder, { recursive: true });
    expect((await h.tutti(["workflows", "lint"])).code).toBe(0);
    writeFileSync(join(folder, "ours.md"), "---\nname: ours\ndescription: d\n---\n# Ours\n");
    const lint = await h.tutti(["workflows", "lint"]);
    expect(lint.code).toBe(2);
    expect(lint.out).toContain(".tutti/workflows/ours.md:");
    expect((await h.tutti(["workflows", "lint", ".tutti/workflows/ours.md"])).code).toBe(2);
  });

  it("cleans up, and hands the demo its own words", async () => {
    expect((await h.tutti(["gc"])).out).toBe("Removed 2 leftover folders.\n");
    expect((await h.tutti(["demo", "--once", "--json", "--anything"])).code).toBe(3);
  });
});
