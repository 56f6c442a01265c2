import { TuttiError } from "@tutti/protocol/errors";
import { BILL } from "./bill.ts";
import { MINIMIST } from "./minimist.ts";
import { SHELL_QUOTE } from "./shell-quote.ts";
import type { SampleSource } from "./sample.ts";

const SAMPLES: readonly [SampleSource, ...SampleSource[]] = [BILL, MINIMIST, SHELL_QUOTE];

/** Throws `usage` for a name that is none. */
export function findSample(name: string | null): SampleSource {
  if (name === null) return SAMPLES[0];
  const found = SAMPLES.find((sample) => sample.name === name);
  if (found !== undefined) return found;
  const names = SAMPLES.map((sample) => sample.name).join(", ");
  throw new TuttiError("usage", `There is no sample "${name}". There are: ${names}.`);
}
