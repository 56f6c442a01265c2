/** shell-quote 1.7.2: a backtick gets through the quoting (CVE-2021-42740, fixed in 1.7.3). */
import { published } from "./published.ts";

const TEST = "chars for windows paths don't break out";

export const SHELL_QUOTE = published({
  name: "shell-quote",
  about: "shell-quote 1.7.2 from npm: a backtick gets through the quoting",
  before: "1.7.2",
  after: "1.7.3",
  tape: "4.0.3",
  task: {
    title: "A backtick before a colon is not quoted",
    text: "A backtick before a colon is not quoted: quote(['`:;id']) gives `:\\;id, and a shell that reads it starts a command substitution. Every shell metacharacter must be escaped, whatever stands beside it. Quoted drive letters such as C:\\dir must come out as they do now.",
  },
  spec: `# Escape every metacharacter, also beside a colon

## Problem
A drive letter and its colon are left as they are, and the class that looks for the letter holds
more than letters: a backtick before a colon is taken for one.

## Behaviour
- Every shell metacharacter of an argument is escaped, whatever stands beside it.
- A drive letter is a letter from a to z or A to Z.

## What stays
The interface, the result for every argument without such a character, drive letters included.
`,
  contract: {
    requirements: [
      {
        id: "R1",
        must: true,
        text: "WHEN an argument holds a metacharacter before a colon THE quoting SHALL escape it",
        check: { test: TEST },
        scope: ["index.js", "test/**"],
      },
      {
        id: "R2",
        must: true,
        text: "WHEN an argument holds none of them THE quoting SHALL give what it gave before",
        check: { test: "quote" },
        scope: ["index.js"],
      },
    ],
    non_goals: ["quoting for other shells than POSIX ones"],
  },
  plan: {
    items: [
      {
        id: "P1",
        title: "Take only letters for drive letters",
        covers: ["R1", "R2"],
        scope: ["index.js", "test/**"],
        notes: "In the last branch of quote(); a test in test/quote.js.",
      },
    ],
  },
  wrong: {
    note: "A drive letter is followed by a backslash, so I ask for that.",
    edits: [{ path: "index.js", find: "/([A-z]:)?(", replace: "/([A-z]:(?=\\\\))?(" }],
    test: {
      path: "test/quote.js",
      text: `
test("${TEST}", function (t) {
    t.equal(quote(['\`:;id']), '\\\\\`\\\\:\\\\;id')
    t.end()
})
`,
    },
  },
  right: "The class holds letters only (what 1.7.3 changed).",
  claim: {
    kind: "security",
    severity: "P1",
    claim: "quote(['`:\\\\a\\\\b']) still leaves the backtick as it is",
    requirements: ["R1"],
    file: "test/quote.js",
    test: TEST,
    location: "index.js",
  },
});
