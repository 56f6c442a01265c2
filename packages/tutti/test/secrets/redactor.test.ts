import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOLD_BACK_MAX_CHARACTERS, createRedactor } from "../../src/secrets/redact/redactor.ts";
import { spellingsOf } from "../../src/secrets/redact/known-values.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const digits = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6";
const body = (length: number): string => digits.repeat(3).slice(0, length);
const pem = [
  "-----BEGIN RSA PRIVATE KEY-----",
  ...Array.from({ length: 12 }, () => body(64)),
  "-----END RSA PRIVATE KEY-----",
].join("\n");
const jwt = `eyJ${body(20)}.eyJ${body(60)}.${body(43)}`;

/** Made of parts: this file is one of the texts that must stay as they are. */
const keys: Readonly<Record<string, string>> = {
  Anthropic: `sk-ant-api03-${body(40)}-${body(30)}AA`,
  OpenAI: `sk-proj-${body(60)}`,
  "older OpenAI": `sk-${body(48)}`,
  OpenRouter: `sk-or-v1-${"0123456789abcdef".repeat(4)}`,
  Google: `AIza${body(35)}`,
  GitHub: `ghp_${body(36)}`,
  "fine-grained GitHub": `github_pat_${body(22)}_${body(50)}`,
  Slack: `xoxb-123456789012-1234567890123-${body(24)}`,
  AWS: `AKIA${body(16).toUpperCase()}`,
  GitLab: `glpat-${body(20)}`,
  npm: `npm_${body(36)}`,
  JWT: jwt,
  PEM: pem,
};

const inPieces = (redactor: ReturnType<typeof createRedactor>, text: string, cuts: number[]) => {
  const stream = redactor.stream();
  const places = [...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted(
    (left, right) => left - right,
  );
  let out = "";
  let from = 0;
  let heldMost = 0;
  for (const place of places) {
    out += stream.push(text.slice(from, place));
    from = place;
    heldMost = Math.max(heldMost, place - out.length);
  }
  return { out: out + stream.end(), heldMost };
};

describe("patterns of keys", () => {
  it.each(Object.entries(keys))(
    "take a key of %s out of prose, JSON and a shell line",
    (_name, key) => {
      const { text } = createRedactor();
      for (const around of [
        (secret: string) => `the key is ${secret}, do not lose it`,
        (secret: string) => JSON.stringify({ key: secret }),
        (secret: string) => JSON.stringify({ file: `A=1\n${secret}\nB=2` }),
        (secret: string) => `export KEY='${secret}'\n`,
      ]) {
        const redacted = text(around(key));
        expect(redacted).toContain("REDACTED");
        for (const part of key.split("\n").filter((line) => !line.startsWith("---")))
          expect(redacted).not.toContain(part.slice(-16));
      }
    },
  );

  it("take the token out of a bearer header and leave its name", () => {
    const { text } = createRedactor();
    expect(text(`Authorization: Bearer ${body(40)}\r\n`)).toBe(
      "Authorization: Bearer REDACTED\r\n",
    );
  });

  it("take out a private key that was cut off before its end", () => {
    const { text } = createRedactor();
    expect(text(pem.slice(0, 400))).toBe("REDACTED");
  });

  it.each([
    ["a git hash", "9fceb02d0ae598e95dc970b74767f19372d61af8"],
    ["a UUID", "123e4567-e89b-12d3-a456-426614174000"],
    ["an integrity hash", `sha512-${Buffer.from(digits.repeat(2)).toString("base64")}`],
    ["base64 data", Buffer.from(digits.repeat(20)).toString("base64")],
    [
      "names of classes",
      ".sk-spinner-double-bounce-container-2 .sk-fading-circle-animation-delay-12",
    ],
    ["an instruction", "Authorization: Bearer <your-token-goes-here-and-nowhere-else>"],
    ["a template", "`Bearer ${await tokens.get('a-rather-long-name-of-1-token')}`"],
    ["an empty private key", "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----"],
    ["a word with a prefix inside", "task-management-for-everybody-2026-with-1234567890abcdef1234"],
    ["settings of npm", "npm_config_registry npm_lifecycle_event_with_a_very_long_name_1"],
  ])("leave %s as it is", (_name, text) => {
    expect(createRedactor().text(text)).toBe(text);
  });

  it("leave the lock file, the sources and the documents of this repository as they are", () => {
    const { text } = createRedactor();
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (name) =>
        /\.(?:ts|mjs|js|json|md|ya?ml|svg)$/u.test(name) &&
        (!/(?:^|\/)(?:\.|dist|coverage|test-results)/u.test(name) || name.startsWith(".tutti")) &&
        (!name.includes("node_modules") ||
          /node_modules\/(?:vitest|vite|zod|hono|yaml)\/[^/]*(?:\/[^/]*)?(?:\/[^/]*)?$/u.test(
            name,
          )),
    );
    const changed = files.filter((name) => {
      const content = readFileSync(`${root}${name}`, "utf8");
      return text(content) !== content;
    });
    expect(files.length).toBeGreaterThan(500);
    expect(changed).toEqual([]);
  }, 60_000);
});

describe("known values", () => {
  const value = 'pa$$ "word"/with+odd&parts=ü 17';

  it("go in every spelling that programs give them", () => {
    const { text, know } = createRedactor();
    know(value);
    const texts = [
      value,
      JSON.stringify({ value }),
      encodeURIComponent(value),
      new URLSearchParams({ value }).toString(),
      Buffer.from(value).toString("hex"),
      ...["", "a", "ab"].map((before) => Buffer.from(`${before}${value}after`).toString("base64")),
      ...["", "a", "ab"].map((before) => Buffer.from(`${before}${value}`).toString("base64url")),
    ];
    for (const one of texts) {
      expect(text(one)).toContain("REDACTED");
      for (const spelling of spellingsOf(value)) expect(text(one)).not.toContain(spelling);
    }
  });

  it("go whole where they touch something that looks like a key", () => {
    const { text, know } = createRedactor();
    know("first$second$third");
    expect(text(`sk-${body(30)}first$second$third tail`)).not.toMatch(/first|second|third/u);
  });

  it("of keys are never forgotten, however many sessions there were", () => {
    const { text, know, knowToken } = createRedactor();
    know("the first key of all");
    for (let number = 0; number <= 2_000; number += 1) knowToken(`session-token-${number}`);
    know("session-token-0");
    expect(text("the first key of all session-token-2000 session-token-0")).toBe(
      "REDACTED REDACTED REDACTED",
    );
  }, 30_000);

  it("are ignored when they are too short to be told from words", () => {
    const { text, know } = createRedactor();
    know("token");
    expect(text("a token of thanks")).toBe("a token of thanks");
  });
});

const KNOWN = ["correct horse battery", "sk-known-1", "line one\nline two", "aaaaaaaab"];
const fragments = fc.constantFrom(
  ...Object.values(keys),
  ...KNOWN,
  ...KNOWN.flatMap((known) => spellingsOf(known)),
  "sk-",
  "sk-ant-",
  "s",
  "aaaaaaa",
  "-----BEGIN ",
  "eyJ",
  "Bearer ",
  "\\n",
  "\n",
  " ",
  "npm",
  "_",
);
const texts = fc
  .array(fc.oneof(fragments, fc.string({ unit: "grapheme", maxLength: 12 })), { maxLength: 14 })
  .map((parts) => parts.join(""));

describe("a stream", () => {
  it("gives the redaction of the whole text, however it was cut", () => {
    const redactor = createRedactor(KNOWN);
    fc.assert(
      fc.property(texts, fc.array(fc.nat(2000), { maxLength: 30 }), (text, cuts) => {
        const { out, heldMost } = inPieces(redactor, text, cuts);
        expect(out).toBe(redactor.text(text));
        expect(heldMost).toBeLessThanOrEqual(HOLD_BACK_MAX_CHARACTERS + text.length);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the redaction of the whole text one character at a time", () => {
    const redactor = createRedactor(KNOWN);
    fc.assert(
      fc.property(texts, (text) => {
        const cuts = Array.from({ length: text.length }, (_none, place) => place);
        expect(inPieces(redactor, text, cuts).out).toBe(redactor.text(text));
      }),
      { numRuns: 300 },
    );
  });

  it("changes nothing in what is redacted already", () => {
    const { text } = createRedactor(KNOWN);
    fc.assert(
      fc.property(texts, (one) => {
        expect(text(text(one))).toBe(text(one));
      }),
      { numRuns: 1000 },
    );
  });

  it("holds back no more than its bound, whatever looks like the beginning of a key", () => {
    const redactor = createRedactor(KNOWN);
    const beginnings = [body(52), "-----BEGIN RSA PRIVATE KEY-----\n", "eyJ", "sk-", " "];
    for (const endless of beginnings.map((one) => one.repeat(32))) {
      const stream = redactor.stream();
      let pushed = 0;
      let given = stream.push(`-----BEGIN PRIVATE KEY-----\n`).length;
      let most = 0;
      for (let round = 0; round < 1000; round += 1) {
        pushed += endless.length;
        given += stream.push(endless).length;
        if (given === 0) most = Math.max(most, pushed);
      }
      expect(most).toBeLessThanOrEqual(HOLD_BACK_MAX_CHARACTERS);
      expect(given).toBeGreaterThan(0);
    }
  });

  it("passes on at once what cannot become a key", () => {
    const stream = createRedactor().stream();
    expect(stream.push("All 12 tests pass now.\n")).toBe("All 12 tests pass now.\n");
    expect(stream.push("The tests")).toBe("The tests");
  });
});
