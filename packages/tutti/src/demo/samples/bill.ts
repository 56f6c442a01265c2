/** The default sample: splitting a bill loses a cent. Needs no network and nothing but Node. */
import type { Files, Sample, SampleSource } from "./sample.ts";

const CHECK = "node --test --test-reporter=tap";

const HEAD = `/**
 * Splits a bill among people. Amounts are whole cents.
 * Returns what each of them pays.
 */
export function split(cents, people) {
  if (!Number.isInteger(people) || people < 1) throw new RangeError("nobody to pay");
`;

const BEFORE = `${HEAD}  const share = Math.round(cents / people);
  return Array(people).fill(share);
}
`;

/** Adds up, and is unfair: 100 among 8 is seven times 13 and once 9. */
const FIRST = `${HEAD}  const share = Math.round(cents / people);
  const shares = Array(people).fill(share);
  shares[people - 1] += cents - share * people; // the last one makes up the difference
  return shares;
}
`;

const FINAL = `${HEAD}  const share = Math.floor(cents / people);
  const odd = cents - share * people; // fewer than there are people: one cent each
  return Array.from({ length: people }, (_, index) => (index < odd ? share + 1 : share));
}
`;

const TESTS = `import assert from "node:assert/strict";
import { test } from "node:test";
import { split } from "../src/split.js";

test("an even bill is split evenly", () => {
  assert.deepEqual(split(1000, 4), [250, 250, 250, 250]);
});

test("one person pays it all", () => {
  assert.deepEqual(split(1999, 1), [1999]);
});

test("refuses to split among nobody", () => {
  assert.throws(() => split(1000, 0), RangeError);
});
`;

const SUM = "const sum = (shares) => shares.reduce((total, share) => total + share, 0);\n";
const GAP = "const gap = (shares) => Math.max(...shares) - Math.min(...shares);\n";

const FIRST_TESTS = `${TESTS}
${SUM}${GAP}
test("the shares add up to the bill", () => {
  assert.equal(sum(split(1000, 3)), 1000);
});

test("nobody pays more than one cent more", () => {
  assert.ok(gap(split(1000, 3)) <= 1);
});
`;

const FINAL_TESTS = `${TESTS}
${SUM}${GAP}
const bills = [-1000, 0, 1, 100, 999, 1000, 12_345];
const tables = Array.from({ length: 12 }, (_, index) => index + 1);
const each = (check) => {
  for (const cents of bills) for (const people of tables) check(cents, people);
};

test("the shares add up to the bill", () => {
  each((cents, people) => assert.equal(sum(split(cents, people)), cents));
});

test("nobody pays more than one cent more", () => {
  each((cents, people) => assert.ok(gap(split(cents, people)) <= 1, \`\${cents} among \${people}\`));
});
`;

const REPRODUCTION = `import assert from "node:assert/strict";
import { test } from "node:test";
import { split } from "../src/split.js";

test("100 among 8: nobody pays more than one cent more", () => {
  const shares = split(100, 8);
  assert.ok(Math.max(...shares) - Math.min(...shares) <= 1, \`they pay \${shares.join(" ")}\`);
});
`;

const README = `# split-bill

Splits a bill among friends, in whole cents.

    import { split } from "split-bill";
    split(1000, 4); // [250, 250, 250, 250]

Tests: \`npm test\`
`;

const MANIFEST = {
  name: "split-bill",
  version: "1.0.0",
  private: true,
  type: "module",
  exports: "./src/split.js",
  scripts: { test: "node --test" },
};

const FILES: Files = {
  "README.md": README,
  "package.json": `${JSON.stringify(MANIFEST, null, 2)}\n`,
  "src/split.js": BEFORE,
  "test/split.test.js": TESTS,
};

const SPEC = `# Split a bill without losing a cent

## Problem
\`split(1000, 3)\` gives 333 + 333 + 333: one cent of the bill is paid by nobody.

## Behaviour
- The shares add up to the bill, for every bill and every number of people.
- Nobody pays more than one cent more than anybody else.
- Who is asked for an odd cent is not part of this specification.

## What stays
Amounts are whole cents. Splitting among nobody is refused with a RangeError.

## Left out
Tips, currencies, weights.
`;

const bill: Sample = {
  name: "bill",
  files: FILES,
  origin: "Split a bill among friends",
  task: {
    title: "Splitting a bill loses a cent",
    text: "Splitting a bill loses a cent: split(1000, 3) gives 333, 333 and 333. The shares must add up to the bill, and nobody should pay more than one cent more than anybody else.",
  },
  spec: SPEC,
  contract: {
    requirements: [
      {
        id: "R1",
        must: true,
        text: "WHEN a bill is split THE shares SHALL add up to exactly the bill",
        check: { test: "the shares add up to the bill" },
        scope: ["src/split.js", "test/**"],
      },
      {
        id: "R2",
        must: true,
        text: "WHEN a bill is split THE largest share SHALL be at most one cent more than the smallest",
        check: { test: "nobody pays more than one cent more" },
        scope: ["src/split.js", "test/**"],
      },
      {
        id: "R3",
        must: true,
        text: "WHEN there is nobody to pay THE split SHALL be refused with a RangeError",
        check: { test: "refuses to split among nobody" },
        scope: ["src/split.js"],
      },
    ],
    non_goals: ["tips, currencies and weights"],
  },
  plan: {
    items: [
      {
        id: "P1",
        title: "Hand out the odd cents",
        covers: ["R1", "R2", "R3"],
        scope: ["src/split.js", "test/**"],
        notes: "In split(); a test for the sum and one for the fairness beside the others.",
      },
    ],
  },
  first: {
    note: "The last one makes up the difference.",
    files: { "src/split.js": FIRST, "test/split.test.js": FIRST_TESTS },
  },
  final: {
    note: "Everybody pays the rounded-down share, and the odd cents are handed out one by one.",
    files: { "src/split.js": FINAL, "test/split.test.js": FINAL_TESTS },
  },
  claim: {
    kind: "bug",
    severity: "P1",
    claim: "split(100, 8) makes one person pay 4 cents less than the others",
    requirements: ["R2"],
    locations: [{ path: "src/split.js", symbol: "split" }],
    reproduction: {
      files: [{ path: "test/fair.test.js", content: REPRODUCTION }],
      run: `${CHECK} test/fair.test.js`,
      test: "100 among 8: nobody pays more than one cent more",
    },
  },
  check: CHECK,
  dependencies: null,
};

export const BILL: SampleSource = {
  name: bill.name,
  about: "splitting a bill loses a cent; needs no network",
  load: () => Promise.resolve(bill),
};
