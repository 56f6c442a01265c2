import { describe, expect, test } from "vitest";
import { readJunit } from "../../src/verification/junit.ts";
import { cpuMs } from "../../../../test/fixtures/cpu.ts";

const outcomes = (...documents: string[]) =>
  readJunit(documents).tests.map(({ name, outcome }) => `${outcome} ${name}`);

const PYTEST = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="5" time="0.041"><testcase classname="test_x.TestA" name="test_ok" time="0.001" /><testcase classname="test_x.TestA" name="test_bad" time="0.001"><failure message="assert 1 == 2">self = &lt;test_x.TestA object at 0x7f2747947cd0&gt;

E   assert 1 == 2</failure></testcase><testcase classname="test_x" name="test_skip" time="0.000"><skipped type="pytest.skip" message="unconditional skip">test_x.py:5</skipped></testcase><testcase classname="test_x" name="test_p[1]" time="0.001" /><testcase classname="test_x" name="test_p[2]" time="0.000" /></testsuite></testsuites>`;

const VITEST = `<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests" tests="3" failures="1" errors="0" time="0.2">
    <testsuite name="test/a.test.ts" timestamp="2026-01-01T00:00:00.000Z" hostname="h" tests="3" failures="1" errors="0" skipped="1" time="0.005">
        <testcase classname="test/a.test.ts" name="suite &gt; works" time="0.002">
        </testcase>
        <testcase classname="test/a.test.ts" name="suite &gt; fails" time="0.002">
            <failure message="expected 1 to be 2" type="AssertionError">AssertionError: expected 1 to be 2</failure>
        </testcase>
        <testcase classname="test/a.test.ts" name="left out" time="0">
            <skipped/>
        </testcase>
    </testsuite>
</testsuites>`;

const MAVEN = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="com.acme.FooTest" time="0.05" tests="2" errors="1" skipped="0" failures="0">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="adds" classname="com.acme.FooTest" time="0.01"/>
  <testcase name="throws" classname="com.acme.FooTest" time="0.01">
    <error message="boom" type="java.lang.IllegalStateException"><![CDATA[java.lang.IllegalStateException: boom <at> x]]></error>
  </testcase>
</testsuite>`;

describe("JUnit reports", () => {
  test("pytest's names are class and function", () => {
    expect(outcomes(PYTEST)).toEqual([
      "passed test_x.TestA > test_ok",
      "failed test_x.TestA > test_bad",
      "skipped test_x > test_skip",
      "passed test_x > test_p[1]",
      "passed test_x > test_p[2]",
    ]);
  });

  test("vitest's names are file and test", () => {
    expect(outcomes(VITEST)).toEqual([
      "passed test/a.test.ts > suite > works",
      "failed test/a.test.ts > suite > fails",
      "skipped test/a.test.ts > left out",
    ]);
  });

  test("Maven's files are one suite each and are read as one report", () => {
    expect(outcomes(MAVEN, MAVEN.replaceAll("Foo", "Bar"))).toEqual([
      "passed com.acme.FooTest > adds",
      "failed com.acme.FooTest > throws",
      "passed com.acme.BarTest > adds",
      "failed com.acme.BarTest > throws",
    ]);
  });

  test("a suite without tests has none, and that is no problem", () => {
    expect(readJunit(['<testsuites tests="0"></testsuites>'])).toEqual({ tests: [], problems: [] });
    expect(readJunit(["<testsuites/>"])).toEqual({ tests: [], problems: [] });
  });

  test.each([
    ["is cut off", MAVEN.slice(0, 400)],
    ["is something else", "<html><body>404</body></html>"],
    ["is empty", ""],
  ])("a report that %s is a problem", (_, text) => {
    expect(readJunit([text]).problems).toHaveLength(1);
    expect(readJunit([text]).tests).toEqual([]);
  });

  test("entities that would grow without end are a problem or stay small", () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
    );
    const bomb = `<!DOCTYPE t [<!ENTITY e0 "boom">${levels.join("")}]><testsuite name="&e12;"><testcase name="&e12;"/></testsuite>`;
    const { tests } = readJunit([bomb]);
    expect(JSON.stringify(tests).length).toBeLessThan(10_000);
  });

  test("endless output beside the tests is passed over, whatever stands in it", () => {
    const output = `${"a &amp; ".repeat(500_000)}<testcase name="planted"/>`;
    const started = cpuMs();
    expect(
      readJunit([
        `<testsuite name="s"><testcase name="a"><system-out>${output}</system-out></testcase>` +
          `<testcase name="b"><failure message="m"><![CDATA[</failure> ]]>&lt;</failure></testcase></testsuite>`,
      ]),
    ).toEqual({
      tests: [
        { name: "s > a", outcome: "passed" },
        { name: "s > b", outcome: "failed" },
      ],
      problems: [],
    });
    expect(cpuMs() - started).toBeLessThan(700);
  });
});
