import { expect, it } from "vitest";
import { isNamedTest } from "../../src/domain/test-name.ts";

it.each([
  ["adds up", "adds up"],
  ["bill > adds up", "adds up"],
  ["bill > adds up", "bill"],
  ["bill > odd cents > adds up #3", "odd cents"],
  ["proto pollution > should be equal #2", "proto pollution"],
])("takes %j for the test that is called %j", (name, test) => {
  expect(isNamedTest(name, test)).toBe(true);
});

it.each([
  ["proto pollution (array) > should be equal", "proto pollution"],
  ["adds up again", "adds up"],
  ["bill > adds up", "adds"],
])("does not take %j for the test that is called %j", (name, test) => {
  expect(isNamedTest(name, test)).toBe(false);
});
