/** A terminal's screen and keyboard in the page. */
import type { TerminalEnded, TerminalView } from "@tutti/protocol";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { daemon } from "../../api/daemon.ts";
import { readOutput } from "./output-connection.ts";
import { onThemeChange, paletteNow } from "./palettes.ts";
import { passOverCodes } from "./quiet-codes.ts";
import { createTyping } from "./typing.ts";

/** Lines above the screen that can be scrolled back to. */
const SCROLLBACK_LINES = 5000;
const FONT_PX = 13;
/** Leaves the terminal by the keyboard: every other key belongs to what runs in it. */
export const LEAVE_KEY = "F6";

export type ScreenState = "connecting" | "live" | "lost" | "over";

type ScreenOptions = {
  readonly host: HTMLElement;
  readonly view: TerminalView;
  readonly onState: (state: ScreenState) => void;
  readonly onEnded: (end: TerminalEnded) => void;
  readonly onProblem: (error: unknown) => void;
  /** The keyboard leaves it. */
  readonly onLeave: () => void;
};

export type Screen = { readonly focus: () => void; readonly dispose: () => void };

const createTerminal = ({ kind }: TerminalView): Terminal =>
  new Terminal({
    // A script has no pseudo-terminal that would go back to the first column.
    convertEol: kind === "script",
    disableStdin: kind === "script",
    theme: paletteNow(),
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    fontSize: FONT_PX,
    scrollback: SCROLLBACK_LINES,
    minimumContrastRatio: 4.5,
    screenReaderMode: true,
    cursorBlink: false,
    // A link that got through all the same leads nowhere.
    linkHandler: { activate: () => undefined, allowNonHttpProtocols: false },
  });

export function openScreen(options: ScreenOptions): Screen {
  const { host, view, onState, onEnded, onProblem, onLeave } = options;
  const terminal = createTerminal(view);
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  passOverCodes(terminal);
  terminal.open(host);
  const refit = (): void => {
    if (host.clientWidth > 0 && host.clientHeight > 0) fit.fit();
  };
  const sizes = new ResizeObserver(refit);
  sizes.observe(host);
  const endTheme = onThemeChange(() => (terminal.options.theme = paletteNow()));
  // What was said before is shown again: what it asks a terminal was answered then.
  let isLive = false;
  let isEnded = view.ended !== null;
  const type = createTyping((data) => daemon.typeInTerminal(view, data), onProblem);
  terminal.onData((data) => {
    if (isLive && !isEnded) type(data);
  });
  const tellSize = (): void => {
    const { rows, cols: columns } = terminal;
    if (isEnded) return;
    daemon.resizeTerminal(view, { rows, columns }).catch(() => undefined); // it has just ended
  };
  terminal.onResize(tellSize);
  keepKeys(terminal, { host, onLeave });
  const close = readOutput(view, {
    onOutput: (bytes) => terminal.write(bytes),
    onLive: () =>
      terminal.write("", () => {
        isLive = true;
        onState("live");
      }),
    onEnded: (end) => {
      isEnded = true;
      terminal.options.disableStdin = true;
      onState("over");
      onEnded(end);
    },
    onLost: (isOver) => {
      isLive = false;
      onState(isOver ? "over" : "lost");
    },
  });
  refit();
  tellSize();
  return {
    focus: () => terminal.focus(),
    dispose: () => {
      close();
      sizes.disconnect();
      endTheme();
      terminal.dispose();
    },
  };
}

/** The keys of the page are not meant where somebody types: those of the terminal go no further. */
function keepKeys(
  terminal: Terminal,
  { host, onLeave }: Pick<ScreenOptions, "host" | "onLeave">,
): void {
  host.addEventListener("keydown", (event) => event.stopPropagation());
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.key !== LEAVE_KEY) return true;
    event.preventDefault();
    if (event.type === "keydown") onLeave();
    return false;
  });
}
