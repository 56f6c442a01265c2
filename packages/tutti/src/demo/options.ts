/** The options of `tutti demo`; its help is the command line's own. */
import { parseArgs } from "node:util";
import { TuttiError } from "@tutti/protocol/errors";

export type Options = {
  readonly isOnce: boolean;
  readonly isJson: boolean;
  readonly isInteractive: boolean;
  readonly isKept: boolean;
  readonly isColourRefused: boolean;
  readonly sample: string | null;
  readonly data: string | null;
};

/** Throws `usage`. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  return {
    isOnce: values.once === true,
    isJson: values.json === true,
    isInteractive: values.interactive === true,
    isKept: values.keep === true,
    isColourRefused: values["no-color"] === true,
    sample: values.sample ?? null,
    data: values.data ?? null,
  };
}

const FLAG = { type: "boolean" } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: FLAG,
        json: FLAG,
        interactive: FLAG,
        keep: FLAG,
        "no-color": FLAG,
        sample: { type: "string" },
        data: { type: "string" },
      },
    });
  } catch (error) {
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new TuttiError("usage", `tutti demo: ${message}.`);
  }
}
