/** What is kept of runs holds no secret, and a run is still the fold of what is kept of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, RunId, TranscriptEntry } from "@tutti/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replay } from "../../src/domain/fold/evolve.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { assertNoSecrets } from "../../src/engine/redaction.ts";
import { createRuns, type Runs } from "../../src/engine/runs.ts";
import { openFileLog } from "../../src/platform/log.ts";
import { spellingsOf } from "../../src/secrets/redact/known-values.ts";
import { createRedactor } from "../../src/secrets/redact/redactor.ts";
import { redactingStore } from "../../src/secrets/redacting-store.ts";
import { keysIn } from "../../src/secrets/secret-name.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { sampleRunId } from "../../../../test/fixtures/runs.ts";
import { PERSON, WORKER } from "../domain/scene.ts";
import { answerFor, effects, resultFor, startCommand, type World } from "../domain/world.ts";

const KNOWN = 'hunter2 "of" the &first= degree';
const PATTERN = `glpat-${"a1B2c3D4e5".repeat(2)}`;
const MOVES_MAX = 60;

let folder = "";
let store: Store;
const redactor = createRedactor([KNOWN]);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-records-"));
  store = redactingStore(openSqliteStore(folder), redactor);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const everyByte = (): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join("\n");
const expectClean = (bytes: string): void => {
  const found = [PATTERN, ...spellingsOf(KNOWN)].filter((spelling) => bytes.includes(spelling));
  expect(found).toEqual([]);
};

/** Free words, which people, agents and programs fill in. */
const WORDS: ReadonlySet<string> = new Set(
  "message reason detail details summary tail comment claim text title facts content why".split(
    " ",
  ),
);

const withSecret = (value: unknown, secret: string, key = ""): unknown => {
  if (typeof value === "string") return WORDS.has(key) ? `${value} ${secret}` : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withSecret(item, secret, key));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withSecret(item, secret, name)]),
  );
};

/** What comes next for the run: an effect's result, or an answer of a person. */
const nextCommand = (world: World, seed: number): Command | null => {
  const open = effects(world);
  const effect = open[seed % Math.max(1, open.length)];
  if (effect === undefined) return answerFor(world, seed);
  const result = resultFor(world, effect, seed);
  return { kind: "effect.settle", effect: effect.id, result };
};

const play = async (runs: Runs, run: RunId, seeds: readonly number[]): Promise<number> => {
  let accepted = 0;
  for (const [index, seed] of seeds.entries()) {
    const state = runs.document(run);
    if (state === null) break;
    const world: World = { state, events: [], now: state.updatedAt, counter: index };
    const command = nextCommand(world, seed);
    if (command === null) break;
    const secret = seed % 2 === 0 ? KNOWN : PATTERN;
    const hostile = withSecret(command, secret) as Command;
    const actor = command.kind === "effect.settle" ? WORKER : PERSON;
    const outcome = await runs.handle(run, hostile, actor);
    if (outcome.kind === "accepted") accepted += 1;
  }
  return accepted;
};

describe("a run whose results and answers hold secrets", () => {
  it("is the fold of its stored events, and no stored byte holds a secret", async () => {
    let clock = 1_700_000_000_000;
    let number = 0;
    let accepted = 0;
    const runs = createRuns({
      store,
      redactor,
      clock: { now: () => (clock += 1000) },
      publish: () => undefined,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1000), { minLength: 10, maxLength: MOVES_MAX }),
        async (seeds) => {
          const run = sampleRunId((number += 1));
          const start = { ...startCommand(), run } as Command;
          await runs.handle(run, withSecret(start, KNOWN) as Command, PERSON);
          accepted += await play(runs, run, seeds);
          const stored = replay([...store.eventsOf(run, 0, 10_000)]);
          expect(stored).toEqual(runs.document(run));
          expect(store.document(run)).toEqual(stored);
        },
      ),
      { numRuns: 40, seed: 20_261_125 },
    );
    expect(accepted).toBeGreaterThan(300);
    store.transcript.flush();
    expect(everyByte()).toContain("REDACTED");
    expectClean(everyByte());
  }, 120_000);
});

const textEntry = (text: string): TranscriptEntry => ({ kind: "text", at: 1, text });

describe("what else is kept", () => {
  const session = `${sampleRunId(1)}/plan/1`;
  const told = (): string => {
    const { entries } = store.transcript.read(session, 0, 1000);
    return entries.map((entry) => ("text" in entry ? entry.text : entry.kind)).join("");
  };

  it("of a transcript loses a secret that came in pieces, with other things in between", () => {
    for (const character of `so it is ${KNOWN} and ${PATTERN}, then.`) {
      store.transcript.append(session, [textEntry(character)]);
      store.transcript.append(session, [
        { kind: "tool", at: 1, id: "1", title: PATTERN, status: "done", detail: KNOWN },
      ]);
    }
    store.transcript.append(session, [{ kind: "ended", at: 2, reason: KNOWN }]);
    expect(told().replaceAll("tool", "")).toBe("so it is REDACTED and REDACTED, then.ended");
    store.transcript.flush();
    expectClean(everyByte());
  });

  it("of a transcript shows at its end what looked like the beginning of a secret", () => {
    store.transcript.append(session, [textEntry("the prefix is glpat-")]);
    expect(told()).toBe("the prefix is ");
    store.transcript.append(session, [{ kind: "ended", at: 2, reason: "end_turn" }]);
    expect(told()).toBe("the prefix is glpat-ended");
  });

  it("of a blob is named by the hash of what is kept, text or not", async () => {
    const text = Buffer.from(`a log with ü and ${KNOWN}`);
    const hash = await store.blobs.put(text);
    expect(Buffer.from((await store.blobs.get(hash)) ?? []).toString()).toBe(
      "a log with ü and REDACTED",
    );
    expect(await store.blobs.put(Buffer.from("a log with ü and REDACTED"))).toBe(hash);
    const bytes = Buffer.concat([
      Buffer.from([0, 255, 128]),
      Buffer.from(PATTERN),
      Buffer.from([254]),
    ]);
    const kept = await store.blobs.get(await store.blobs.put(bytes));
    expect(Buffer.from(kept ?? []).toString("latin1")).toBe("\u0000ÿ\u0080REDACTEDþ");
    const binary = Buffer.from(Array.from({ length: 1024 }, (_none, index) => index % 256));
    expect(Buffer.from((await store.blobs.get(await store.blobs.put(binary))) ?? [])).toEqual(
      binary,
    );
  });

  it("of the daemon's log loses them in the spelling of JSON", () => {
    const path = join(folder, "daemon.log");
    using log = openFileLog(path, { redact: redactor.text });
    log.warn(`it was ${KNOWN}`, { error: PATTERN });
    expect(readFileSync(path, "utf8")).toMatch(/"error":"REDACTED".*"event":"it was REDACTED"/u);
  });
});

describe("rules of a run with a key in them", () => {
  it("are refused with the place of it, and never with the key", () => {
    const config = { agents: { codex: { env: { MODE: "fast", API_KEY: PATTERN } } } };
    expect(() => assertNoSecrets([config], redactor.text)).toThrow(
      "What looks like a key is in agents.codex.env.API_KEY.",
    );
    expect(() => assertNoSecrets([{ agents: {} }], redactor.text)).not.toThrow();
  });
});

describe("keys in the environment of the daemon", () => {
  it("are told from paths and settings", () => {
    const environment = {
      ACME_API_KEY: "a-value-of-some-length",
      SSH_KEY: "/home/somebody/.ssh/id_ed25519",
      HOME: "/home/somebody/with/a/long/name",
      SHORT_TOKEN: "abc",
    };
    expect(keysIn(environment)).toEqual(["a-value-of-some-length"]);
  });
});
