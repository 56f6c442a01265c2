/**
 * The daemon that served this page, as the calls of the one client. Page and daemon are one program in one
 * version, which the header of every answer proves; another version asks for a reload.
 */
import { type Client, createClient } from "@tutti/client";
import { fetchTransport } from "@tutti/client/fetch-transport";
import { createStore } from "./store.ts";

let seenVersion: string | null = null;

/** The daemon is another program by now than the one that served this page. */
export const outdated = createStore(false);

/** Of a daemon that does not answer. */
export const AWAY_MEND = "It is tried again by itself. If it stays away, run: tutti";

export const daemon: Client = createClient(
  fetchTransport({
    onVersion: (version) => {
      seenVersion ??= version;
      if (version !== seenVersion) outdated.set(true);
    },
    mend: AWAY_MEND,
  }),
);
