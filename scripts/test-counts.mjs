// Vitest reporter: writes a tier's counts, and what failed with the reason, to the file that
// scripts/test.mjs names, and prints why each skipped test was skipped.
import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

/** Of the message of a failure; the whole of it is printed where the tier ran. */
const REASON_CHARACTERS = 600;

export default class TestCounts {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
    for (const error of unhandledErrors) fail(counts, "outside of every test", [error]);
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0)
        fail(counts, module.relativeModuleId, module.errors());
      for (const test of module.children.allTests()) count(test, counts);
    }
    const file = process.env["TUTTI_TEST_COUNTS"];
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

function count(test, counts) {
  const { state, note, errors = [] } = test.result();
  if (state === "skipped") {
    counts.skipped += 1;
    process.stdout.write(`skipped: ${test.fullName}: ${note ?? "no reason given"}\n`);
  } else if (state === "passed") counts.passed += 1;
  else fail(counts, `${test.module.relativeModuleId} > ${test.fullName}`, errors);
}

function fail(counts, name, errors) {
  counts.failed += 1;
  const reasons = errors.map(({ message, diff, stacks }) =>
    [message, diff, stacks?.[0] && `at ${stacks[0].file}:${stacks[0].line}`]
      .filter(Boolean)
      .join("\n"),
  );
  const reason = stripVTControlCharacters(reasons.join("\n"));
  counts.failures.push(`${name}\n${reason.slice(0, REASON_CHARACTERS)}`);
}
