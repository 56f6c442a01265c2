/** The outer side of the launcher: hands files in, takes listening sockets out. */
import { Server } from "node:net";
import { z } from "zod";
import { TuttiError } from "@tutti/protocol";
import type { LaunchSpec } from "../../engine/ports/sandbox.ts";
import type { OwnedProcess } from "../../platform/spawn.ts";
import { EGRESS_PORT } from "./launcher.ts";
import {
  HOME_FILE_PATH_MAX_CHARACTERS,
  HOME_FILES_MAX,
  HOME_FILES_MAX_BYTES,
  LISTENERS_MAX,
} from "./limits.ts";

/** Ports of the fence's loopback, and who answers there. */
export type Doors = ReadonlyMap<number, (listening: Server) => void>;

/** Below it only the host's root may listen. */
const PORT_MIN = 1024;
const PORT_MAX = 65_535;

/** What the launcher says; anything else is passed over. */
const Word = z.union([
  z.object({ port: z.number() }),
  z.object({ ready: z.literal(true) }),
  z.object({ failed: z.string() }),
]);

/** Whether there is a proxy at all. */
export const hasWayOut = ({ egress, egressAnswers }: LaunchSpec): boolean =>
  egress.length > 0 || egressAnswers !== undefined;

export const needsChannel = (spec: LaunchSpec): boolean => {
  const { listeners = [], homeFiles = {} } = spec;
  return hasWayOut(spec) || listeners.length > 0 || Object.keys(homeFiles).length > 0;
};

/** Refuses (`sandbox.failed`, `sandbox.path`) what a launch asks of its launcher beyond the bounds. */
export function checkRequests(spec: LaunchSpec): void {
  const { listeners = [], homeFiles = {}, place } = spec;
  if (spec.hasControl === true && needsChannel(spec))
    throw refusal("a control pipe takes the place of what is handed over");
  const ports = listeners.map(({ port }) => port);
  const wrong = ports.find(
    (port) => !Number.isInteger(port) || port < PORT_MIN || port > PORT_MAX || port === EGRESS_PORT,
  );
  if (wrong !== undefined) throw refusal(`port ${wrong} cannot be a listener's`);
  if (new Set(ports).size < ports.length) throw refusal("two listeners have the same port");
  if (ports.length > LISTENERS_MAX) throw refusal(`more than ${LISTENERS_MAX} listeners`);
  if (ports.length > 0 && place.isolation === "none") {
    throw refusal("a process without isolation has no loopback of its own to listen on");
  }
  checkFiles(Object.entries(homeFiles));
}

function checkFiles(files: readonly (readonly [string, string])[]): void {
  if (files.length > HOME_FILES_MAX)
    throw refusal(`more than ${HOME_FILES_MAX} files for the home`);
  const bytes = files.reduce((sum, [, content]) => sum + Buffer.byteLength(content), 0);
  if (bytes > HOME_FILES_MAX_BYTES) {
    throw refusal(`more than ${HOME_FILES_MAX_BYTES} bytes of files for the home`);
  }
  for (const [path] of files) {
    const parts = path.split("/");
    const isPlain = parts.every((part) => part !== "" && part !== "." && part !== "..");
    if (isPlain && !path.includes("\0") && path.length <= HOME_FILE_PATH_MAX_CHARACTERS) continue;
    throw new TuttiError("sandbox.path", `Cannot write ${path} in the home: not a plain path.`, {
      facts: { path },
    });
  }
}

const refusal = (why: string): TuttiError =>
  new TuttiError("sandbox.failed", `The sandbox refuses a launch: ${why}.`);

/**
 * Resolves when the launcher is about to become the command, or has ended without a word; rejects
 * when it says why it cannot.
 */
export async function handOver(
  { child, exited }: OwnedProcess,
  { doors, files }: { readonly doors: Doors; readonly files: Readonly<Record<string, string>> },
): Promise<void> {
  const { promise: handed, resolve, reject } = Promise.withResolvers<void>();
  const hear = (message: unknown, handle: unknown): void => {
    const { data } = Word.safeParse(message);
    if (data === undefined) return;
    if ("failed" in data) {
      reject(new TuttiError("sandbox.failed", `The start inside failed: ${data.failed}`));
    } else if ("ready" in data) resolve();
    else if (handle instanceof Server) doors.get(data.port)?.(handle);
  };
  // What was said before the end is heard before the channel is closed.
  const closed = new Promise<void>((done) => child.once("disconnect", () => done()));
  child.on("message", hear);
  if (Object.keys(files).length > 0) child.send({ files }, () => undefined);
  try {
    await Promise.race([handed, Promise.all([exited, closed])]);
  } finally {
    child.off("message", hear);
    if (child.connected) child.disconnect();
  }
}
