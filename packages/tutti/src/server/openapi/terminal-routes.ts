/** Routes of terminals inside the fence. */
import { type Route, wholeNumber } from "./route.ts";

export const TERMINAL_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/runs/:run/terminals",
    summary:
      "Open a terminal inside the fence of a task; it writes the work tree only for who has taken it.",
    body: "TerminalOpening",
    answer: "TerminalView",
    status: 201,
  },
  {
    method: "get",
    path: "/runs/:run/terminals",
    summary: "Terminals of a task that are open, and the last that ended.",
    answer: "TerminalList",
  },
  {
    method: "get",
    path: "/runs/:run/terminals/:terminal/output",
    summary:
      "Server-sent events: `output` (bytes as base64, by position) and `ended`. Taken up again by `Last-Event-ID`.",
    query: { after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional() },
    answer: "events",
  },
  {
    method: "post",
    path: "/runs/:run/terminals/:terminal/input",
    summary: "Type into a terminal, or end the script of one.",
    body: "TerminalInput",
    answer: "TerminalTyped",
  },
  {
    method: "put",
    path: "/runs/:run/terminals/:terminal/size",
    summary: "Resize a terminal.",
    body: "TerminalSize",
    answer: "TerminalSize",
  },
  {
    method: "delete",
    path: "/runs/:run/terminals/:terminal",
    summary: "End a terminal and everything in it.",
    answer: "TerminalView",
  },
];
