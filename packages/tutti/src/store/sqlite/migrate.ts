/** Numbered migrations: the schema version is how many of them a file has had. */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { initial } from "./migrations/001-initial.ts";
import { modelRequests } from "./migrations/002-model-requests.ts";
import { requests } from "./migrations/003-requests.ts";
import { board } from "./migrations/004-board.ts";
import { outsideRuns } from "./migrations/005-outside-runs.ts";

/** Only ever added to. Position N makes version N + 1. */
const MIGRATIONS: readonly string[] = [initial, modelRequests, requests, board, outsideRuns];

export const SCHEMA_VERSION = MIGRATIONS.length;

const UserVersion = z.object({ user_version: z.number().int() });

export function schemaVersion(database: DatabaseSync): number {
  return UserVersion.parse(database.prepare("PRAGMA user_version").get()).user_version;
}

/** Brings the file to SCHEMA_VERSION, each migration in a transaction of its own. */
export function migrate(database: DatabaseSync): void {
  for (let version = schemaVersion(database); version < SCHEMA_VERSION; version += 1) {
    const statements = MIGRATIONS[version] ?? "";
    database.exec(`BEGIN IMMEDIATE; ${statements} PRAGMA user_version = ${version + 1}; COMMIT`);
  }
}
