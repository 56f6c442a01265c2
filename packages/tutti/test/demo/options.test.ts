import { expect, it } from "vitest";
import { parseOptions } from "../../src/demo/options.ts";
import { findSample } from "../../src/demo/samples/catalog.ts";

it("takes the default sample and stays when nothing is asked for", () => {
  expect(parseOptions([])).toEqual({
    isOnce: false,
    isJson: false,
    isInteractive: false,
    isKept: false,
    isColourRefused: false,
    sample: null,
    data: null,
  });
  expect(findSample(null).name).toBe("bill");
});

it("reads values with and without an equals sign", () => {
  const options = parseOptions(["--once", "--sample=minimist", "--data", "a folder"]);
  expect(options).toMatchObject({ isOnce: true, sample: "minimist", data: "a folder" });
});

it.each([[["--frobnicate"]], [["--sample"]], [["word"]]])("refuses %j as wrong usage", (args) => {
  expect(() => parseOptions(args)).toThrow(expect.objectContaining({ code: "usage" }));
});

it("names the samples there are when one is not there", () => {
  expect(() => findSample("lodash")).toThrow(/bill, minimist, shell-quote/u);
});
