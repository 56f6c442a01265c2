/**
 * One daemon a data folder. The lock is SQLite's own lock on an empty database beside the store: the
 * system lets it go when the process ends, however it ends, and no child process inherits it. The
 * store itself stays readable for other programs.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TuttiError } from "@tutti/protocol";
import { toFailure } from "./failures.ts";

const LOCK_FILE = "tutti.lock";

/** Holds the folder until disposed. TuttiError `store.busy` while another process or store does. */
export function lockFolder(folder: string): Disposable {
  const file = join(folder, LOCK_FILE);
  const database = openLock(file);
  try {
    // No journal file: nothing is ever written.
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    const failure = toFailure(error, file);
    if (failure instanceof TuttiError && failure.code === "store.busy") {
      throw new TuttiError("store.busy", `another Tutti daemon uses ${folder}`, {
        retry: "later",
        facts: { folder },
        cause: error,
      });
    }
    throw failure;
  }
  return { [Symbol.dispose]: () => database.close() };
}

function openLock(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw toFailure(error, file);
  }
}
