/**
 * What lists show of runs that an earlier version stored is written beside them once, after a start, so
 * that no list opens their documents. Newest first, and with turns for everybody else in between.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RunDocument, RunId } from "@tutti/protocol";
import { boardOf } from "../domain/board.ts";
import type { Deps } from "./ports/deps.ts";
import type { BoardOfRun, Store } from "./ports/store.ts";

/** Runs in one transaction. */
const AT_ONCE = 20;

type Parts = {
  readonly boards: Store["boards"];
  readonly document: (run: RunId) => RunDocument | null;
  readonly log: Deps["log"];
  /** The daemon ends. */
  readonly signal: AbortSignal;
};

/** Never rejects: what is not kept is told from its document, and tried again at the next start. */
export const fillBoards = async ({ boards, document, log, signal }: Parts): Promise<void> => {
  const boardIn = (run: RunId): BoardOfRun[] => {
    try {
      const state = document(run);
      return state === null ? [] : [{ run, version: state.version, board: boardOf(state) }];
    } catch (error) {
      log("a run has no place on the board", { run, error: String(error) });
      return [];
    }
  };
  const boardsIn = async (runs: readonly RunId[]): Promise<BoardOfRun[]> => {
    const found: BoardOfRun[] = [];
    for (const run of runs) {
      await nextTurn();
      signal.throwIfAborted();
      found.push(...boardIn(run));
    }
    return found;
  };
  try {
    let page = boards.missing({ limit: AT_ONCE });
    while (page.length > 0) {
      await boards.keep(await boardsIn(page.map(({ run }) => run)));
      const below = page.at(-1)?.number ?? 0;
      page = boards.missing({ below, limit: AT_ONCE });
    }
  } catch (error) {
    if (!signal.aborted)
      log("what lists show of earlier runs could not be kept", { error: String(error) });
  }
};
