/**
 * The web side of the daemon: closed until somebody asks for a link, and open again after a restart where
 * it was, so that pages find it.
 */
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { TuttiError } from "@tutti/protocol";
import { writeFileAtomic } from "../../platform/atomic-file.ts";
import type { Log } from "../../platform/log.ts";
import type { App } from "../routes/context.ts";
import type { Access, Holder } from "./access.ts";
import type { WebListener, WebListenerOptions } from "./listener.ts";

const USUAL_PORT = 4810;
const SWEEP_EVERY_MS = 30_000;

export type WebOptions = {
  /** The built command center. */
  readonly folder: string;
  /** Keeps the port. */
  readonly file: string;
  /** The only one to try; null: the one from before, the usual one, or any. */
  readonly port: number | null;
};

export type Web = {
  readonly access: Access;
  /** Who asks, by request; absent on the unix socket. */
  readonly holders: WeakMap<IncomingMessage, Holder>;
  /** Null while it is closed. */
  readonly port: () => number | null;
  /** Opens it when it is closed. Throws `web.port-taken`. */
  readonly open: () => Promise<number>;
  /** Where it was before the restart and cannot be now; null when it is there, or was closed. */
  readonly lost: () => number | null;
  /** Opens it where it was before the restart, if it was open. A port that is taken is logged, and told by `lost`. */
  readonly reopen: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type Parts = { readonly app: () => App; readonly access: Access; readonly log: Log };

export function createWeb(
  { folder, file, port: wanted }: WebOptions,
  { app, access, log }: Parts,
): Web {
  const holders = new WeakMap<IncomingMessage, Holder>();
  let listener: Promise<WebListener> | null = null;
  let opened: WebListener | null = null;
  let lost: number | null = null;
  const sweep = setInterval(() => access.sweep(), SWEEP_EVERY_MS).unref();

  const open = async (ports: readonly number[]): Promise<number> => {
    listener ??= openAt(ports, { app: app(), access, holders, folder });
    try {
      opened = await listener;
    } catch (error) {
      listener = null;
      throw error;
    }
    keepPort(file, opened.port);
    return opened.port;
  };

  return {
    access,
    holders,
    port: () => opened?.port ?? null,
    lost: () => (lost === opened?.port ? null : lost),
    open: () => {
      const before = portIn(file);
      const usual = [...(before === null ? [] : [before]), USUAL_PORT, 0];
      return open(wanted === null ? usual : [wanted]);
    },
    reopen: async () => {
      const before = portIn(file);
      if (before === null) return;
      const port = wanted ?? before;
      try {
        await open([port]);
      } catch (error) {
        lost = port;
        const why = error instanceof Error ? error.message : String(error);
        log.warn("web.not-reopened", { port, why });
      }
    },
    close: async () => {
      clearInterval(sweep);
      await (await listener)?.close();
    },
  };
}

/** On the first of these ports that is free. */
async function openAt(
  ports: readonly number[],
  parts: Omit<WebListenerOptions, "port">,
): Promise<WebListener> {
  const { openWebListener } = await import("./listener.ts");
  for (const [index, port] of ports.entries()) {
    try {
      return await openWebListener({ ...parts, port });
    } catch (error) {
      const isTaken = error instanceof TuttiError && error.code === "web.port-taken";
      if (!isTaken || index === ports.length - 1) throw error;
    }
  }
  throw new Error("there is no port to try");
}

function keepPort(file: string, port: number): void {
  try {
    writeFileAtomic(file, JSON.stringify({ port }), { isDurable: false });
  } catch {
    // On a full disk it is open all the same; after a restart it may be elsewhere.
  }
}

function portIn(file: string): number | null {
  try {
    const { port }: { port?: unknown } = JSON.parse(readFileSync(file, "utf8"));
    return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536
      ? Number(port)
      : null;
  } catch {
    return null; // it was never open
  }
}
