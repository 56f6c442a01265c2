/**
 * Terminals inside the fence. The pseudo-terminal is the fence's own: `script` of util-linux makes it
 * inside, and what is outside holds pipes to `script`, so nothing of a terminal outlives its fence and
 * nothing inside ever has a terminal of the host. Sizes go by the control pipe to a reader inside. One
 * that is given a script has pipes alone.
 */
import { existsSync } from "node:fs";
import { TuttiError } from "@tutti/protocol";
import type { FencedProcess, Sandbox } from "../../engine/ports/sandbox.ts";
import type { Terminals } from "../../engine/ports/terminal.ts";
import { START_DESCRIPTORS } from "./start-scripts.ts";

export const SCRIPT = "/usr/bin/script";
/** Typed and not yet read inside. */
const INPUT_HELD_MAX_BYTES = 256 * 1024;

const SIZES = START_DESCRIPTORS.control;

/** Run by `script`'s shell, which is told the prompt last: a shell that is no person's forgets it. The reader of sizes is deaf to what the keyboard sends to everybody. */
const SHELL = `
size() { stty rows "$1" columns "$2" </dev/tty; }
read -r rows columns <&${SIZES} && size "$rows" "$columns"
(trap '' INT QUIT TSTP TTIN TTOU
 while read -r rows columns <&${SIZES}; do size "$rows" "$columns"; done) &
exec ${SIZES}<&-
PS1='\\W $ ' exec /bin/bash --norc -i`;

const ENVIRONMENT = {
  SHELL: "/bin/sh",
  TERM: "xterm-256color",
  COLORTERM: "truecolor",
  // What somebody typed is kept nowhere.
  HISTFILE: "",
};

/** Standard input is the script, and there is nobody to prompt. */
const SCRIPT_SHELL = ["/bin/bash", "--norc", "-s"];

export const createTerminals = ({ launch }: Pick<Sandbox, "launch">): Terminals => ({
  open: async (spec, { kind, size, signal }) => {
    if (kind === "script") {
      const process = await launch({ ...spec, command: SCRIPT_SHELL }, { signal });
      return { ...terminalOf(process), errors: process.stderr, resize: () => undefined };
    }
    if (!existsSync(SCRIPT))
      throw new TuttiError("terminal.unavailable", `There is no ${SCRIPT} on this machine.`);
    const command = [SCRIPT, "-q", "-f", "-e", "-c", SHELL, "/dev/null"];
    const process = await launch(
      { ...spec, command, env: ENVIRONMENT, hasControl: true },
      { signal },
    );
    const { stderr, control } = process;
    const resize = ({ rows, columns }: { readonly rows: number; readonly columns: number }) => {
      control?.write(`${rows} ${columns}\n`);
    };
    resize(size);
    // Whatever runs in it has the terminal for both: this is what `script` says itself, such as that there is none.
    return { ...terminalOf(process), errors: stderr, resize };
  },
});

const terminalOf = ({ stdin, stdout, exited, stop }: FencedProcess) => ({
  output: stdout,
  write: (text: string): boolean => {
    if (stdin.writableLength > INPUT_HELD_MAX_BYTES) return false;
    stdin.write(text);
    return true;
  },
  endInput: (): void => void stdin.end(),
  exited,
  stop: () => stop(0),
});
