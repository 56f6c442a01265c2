// Vitest reporter: writes a tier's counts to the file that scripts/test.mjs names and prints why
// each skipped test was skipped.
import { writeFileSync } from "node:fs";

export default class TestCounts {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) count(test, counts);
    }
    const file = process.env["TUTTI_TEST_COUNTS"];
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

function count(test, counts) {
  const { state, note } = test.result();
  if (state === "skipped") {
    counts.skipped += 1;
    process.stdout.write(`skipped: ${test.fullName}: ${note ?? "no reason given"}\n`);
  } else if (state === "passed") counts.passed += 1;
  else counts.failed += 1;
}
