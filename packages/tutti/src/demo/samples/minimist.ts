/** minimist 1.2.5: a command-line argument can change every function of the program (fixed in 1.2.6). */
import { published } from "./published.ts";

export const MINIMIST = published({
  name: "minimist",
  about: "minimist 1.2.5 from npm: an argument changes built-in objects",
  before: "1.2.5",
  after: "1.2.6",
  tape: "3.6.1",
  task: {
    title: "A key path through a constructor pollutes Function.prototype",
    text: "A key path through a constructor pollutes Function.prototype: after parsing `--_.constructor.constructor.prototype.foo bar` every function of the program has a property foo. `--__proto__.x` is blocked already, and `--constructor.prototype.y 123` must stay harmless as well. No argument may change a built-in prototype.",
  },
  spec: `# No argument changes a built-in prototype

## Problem
\`--_.constructor.constructor.prototype.foo bar\` walks from the list of other arguments to the
constructor of all functions and writes to its prototype. Whoever controls an argument controls
every function of the program.

## Behaviour
- A key path that leads through the constructor of anything is ignored, wherever it starts.
- Key paths through \`__proto__\` are ignored, as before.
- A plain option called \`constructor\` is still an option.

## What stays
The interface, and how every other key path is parsed.
`,
  contract: {
    requirements: [
      {
        id: "R1",
        must: true,
        text: "WHEN a key path leads through the constructor of a list THE parser SHALL leave Function.prototype unchanged",
        check: { test: "proto pollution (constructor function) snyk" },
        scope: ["index.js", "test/**"],
      },
      {
        id: "R2",
        must: true,
        text: "WHEN a key path leads through the constructor of any other value THE parser SHALL leave Function.prototype unchanged",
        check: { test: "proto pollution (constructor function)" },
        scope: ["index.js", "test/**"],
      },
      {
        id: "R3",
        must: true,
        text: "WHEN a key path leads through constructor.prototype THE parser SHALL leave Object.prototype unchanged",
        check: { test: "proto pollution (constructor)" },
        scope: ["index.js"],
      },
    ],
    non_goals: ["changing the interface", "parsing other key paths differently"],
  },
  plan: {
    items: [
      {
        id: "P1",
        title: "Guard key paths against constructors",
        covers: ["R1", "R2", "R3"],
        scope: ["index.js", "test/**"],
        notes: "In setKey, beside the guard against __proto__; tests in test/proto.js.",
      },
    ],
  },
  wrong: {
    note: "The path in the report starts at a list, so I guard the constructor of lists.",
    edits: [
      {
        path: "index.js",
        find: "if (key === '__proto__') return;",
        replace: "if (key === '__proto__' || (key === 'constructor' && Array.isArray(o))) return;",
        isEvery: true,
      },
    ],
    test: {
      path: "test/proto.js",
      text: `
test('proto pollution (constructor function) snyk', function (t) {
    parse('--_.constructor.constructor.prototype.foo bar'.split(' '));
    t.equal((function(){}).foo, undefined);
    t.end();
});
`,
    },
  },
  right:
    "Any constructor that is a function is guarded, wherever the path starts (what 1.2.6 changed).",
  claim: {
    kind: "security",
    severity: "P1",
    claim: "--_.concat.constructor.prototype.y 123 still sets y on every function",
    requirements: ["R2"],
    file: "test/proto.js",
    test: "proto pollution (constructor function)",
    location: "index.js",
  },
});
