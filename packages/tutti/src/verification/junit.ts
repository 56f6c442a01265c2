/** JUnit XML as vitest, pytest, Maven, Gradle, go-junit-report and others write it. */
import type { TestResult } from "@tutti/protocol";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { numbered, testName } from "./vector.ts";
import { TESTS_MAX, type Report } from "./report.ts";

/** Deeper nested suites are not read. */
const DEPTH_MAX = 32;

/** Text that nothing is read from; it may be most of a report, and is passed over unparsed. */
const UNREAD = ["..system-out", "..system-err", "..failure", "..error"];

type Node = Readonly<Record<string, unknown>>;

/** Reads the report's documents, one per file. A document that is not JUnit is a problem. */
export function readJunit(documents: readonly string[]): Report {
  const tests: TestResult[] = [];
  const problems: string[] = [];
  for (const text of documents) {
    const problem = readDocument(text, tests);
    if (problem !== null) problems.push(problem);
  }
  if (tests.length > TESTS_MAX) problems.push(`more than ${TESTS_MAX} tests are reported`);
  return { tests: numbered(tests.slice(0, TESTS_MAX)), problems };
}

function readDocument(text: string, tests: TestResult[]): string | null {
  const valid = XMLValidator.validate(text);
  if (valid !== true) return `the JUnit report is not XML: ${valid.err.msg}`;
  const root = parse(text);
  if (root instanceof Error) return `the JUnit report cannot be read: ${root.message}`;
  const suites = [...children(root, "testsuites"), ...children(root, "testsuite")];
  if (!("testsuites" in root || "testsuite" in root)) return "the JUnit report has no test suites";
  for (const suite of suites) readSuite(suite, [], tests);
  return null;
}

function parse(text: string): Node | Error {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseAttributeValue: false,
    parseTagValue: false,
    stopNodes: UNREAD,
    isArray: (name) => name === "testsuite" || name === "testcase",
  });
  try {
    const document: unknown = parser.parse(text);
    return isNode(document) ? document : new Error("it is empty");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function readSuite(suite: Node, path: readonly string[], tests: TestResult[]): void {
  if (path.length > DEPTH_MAX) return;
  const name = attribute(suite, "name");
  const here = name === "" ? path : [...path, name];
  for (const test of children(suite, "testcase")) {
    const owner = attribute(test, "classname");
    const parents = owner === "" ? here.slice(-1) : [owner];
    tests.push({
      name: testName([...parents, attribute(test, "name")]),
      outcome: outcomeOf(test),
    });
  }
  for (const nested of children(suite, "testsuite")) readSuite(nested, here, tests);
}

function outcomeOf(test: Node): TestResult["outcome"] {
  if ("failure" in test || "error" in test) return "failed";
  return "skipped" in test || attribute(test, "status") === "disabled" ? "skipped" : "passed";
}

function children(node: Node, name: string): Node[] {
  const value = node[name];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item) => isNode(item));
}

function attribute(node: Node, name: string): string {
  const value = node[`@${name}`];
  return typeof value === "string" ? value : "";
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;
