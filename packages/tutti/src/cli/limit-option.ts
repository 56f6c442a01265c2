/** `--limit NUMBER` of commands that print a page of a list. */
import { TuttiError } from "@tutti/protocol/errors";
import { textOption, type Input } from "./command-spec.ts";

const DEFAULT_LIMIT = 50;

export function limitOf(input: Input, max: number): number {
  const text = textOption(input, "limit");
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/u.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= max) return limit;
  throw new TuttiError("usage", `--limit is a number from 1 to ${max}.`);
}
