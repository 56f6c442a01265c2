/** What a terminal shows, from the first byte that is kept on; a lost connection is taken up again. */
import { ApiError } from "@tutti/client/api-error";
import type { TerminalEnded, TerminalView } from "@tutti/protocol";
import { daemon } from "../../api/daemon.ts";

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5000;

type Listeners = {
  readonly onOutput: (bytes: Uint8Array) => void;
  /** All that was kept has been told; what comes from now on is new. */
  readonly onLive: () => void;
  readonly onEnded: (end: TerminalEnded) => void;
  /** Not connected now. `isOver`: and not taken up again by itself. */
  readonly onLost: (isOver: boolean) => void;
};

/** Returns what ends it. */
export function readOutput(
  view: TerminalView,
  { onOutput, onLive, onEnded, onLost }: Listeners,
): () => void {
  const over = new AbortController();
  const lost = (count: number, error: unknown): number => {
    const isOver = error instanceof ApiError && error.status >= 400;
    onLost(isOver);
    if (isOver) throw error;
    return Math.min(RETRY_MIN_MS * 2 ** (count - 1), RETRY_MAX_MS);
  };
  const follow = async (): Promise<void> => {
    const query = { signal: over.signal, onLost: lost };
    for await (const news of daemon.readTerminal(view, query)) {
      if (news.kind === "output") onOutput(news.bytes);
      else if (news.kind === "live") onLive();
      else onEnded(news);
    }
  };
  void follow().catch(() => undefined); // over: the listener was told
  return () => over.abort();
}
