/** What is in the store of a daemon that is gone, read without the program's store. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Effect } from "@tutti/protocol";
import { STORE_FILE } from "../../../packages/tutti/src/store/sqlite/store.ts";

/** Effects that had a worker when the daemon ended. */
export const effectsInWork = (data: string, pid: number): Effect[] => {
  const database = new DatabaseSync(join(data, STORE_FILE), { readOnly: true });
  try {
    return database
      .prepare(
        `SELECT effects.id AS id, runs.id AS run, payload, not_before AS notBefore
         FROM effects JOIN runs ON runs.number = effects.run WHERE effects.state = 'active' AND effects.owner LIKE ?`,
      )
      .all(`${pid}-%`)
      .map((row) => Effect.parse({ ...row, payload: JSON.parse(String(row["payload"])) }));
  } finally {
    database.close();
  }
};
