/**
 * Logins of agents that keep their own (`credentials: inside`): one folder an agent, in Tutti's data
 * folder, with the layout of a home. It is bound into the fence where the agent looks for it, and
 * never copied: a login is renewed by a token that is good for one use, so two copies, or two
 * sessions at once, would end it. Hence one session of an agent at a time.
 *
 * A whole folder is bound where that is possible: programs renew a file by renaming a new one over
 * it, which cannot be done to a file that is a mount itself. Agents keep settings, hooks and what they
 * remember beside it, which one session could leave for the sessions of other projects, or for the
 * program that people log in with. So all but the login is removed, before a session and after it.
 */
import { existsSync, mkdirSync } from "node:fs";
import { chmod, lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Mount, Place } from "../../engine/ports/place.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import { isSignedIn, signInCommand } from "../catalog/sign-in.ts";
import { HarnessError } from "./failures.ts";

type Login = {
  readonly mounts: readonly Mount[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type Logins = {
  /**
   * Waits until no other session of this agent has it.
   * @throws HarnessError `agent.login` when nobody has logged the agent in.
   */
  readonly take: (entry: CatalogEntry, place: Place, signal: AbortSignal) => Promise<Login>;
};

/** What is bound for one credential file: its folder, or the file itself when it lies in the home. */
const boundPath = (file: string): string => (dirname(file) === "." ? file : dirname(file));

/** One holder at a time, in the order of asking. */
const createQueue = () => {
  const tails = new Map<string, Promise<void>>();
  return async (name: string, signal: AbortSignal): Promise<() => void> => {
    const before = tails.get(name) ?? Promise.resolve();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    tails.set(
      name,
      before.then(() => released),
    );
    const aborted = new Promise<"aborted">((resolve) => {
      if (signal.aborted) resolve("aborted");
      else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
    });
    if ((await Promise.race([before, aborted])) !== "aborted") return release;
    release();
    throw new DOMException("The wait for a login was aborted.", "AbortError");
  };
};

/** `folder`: where the logins lie; private to the user. */
export const createLogins = (folder: string): Logins => {
  const lock = createQueue();
  return {
    take: async (entry, place, signal) => {
      const release = await lock(entry.id, signal);
      try {
        const store = join(folder, entry.id);
        await clean(entry, store);
        return {
          mounts: mountsOf(entry, store, place),
          [Symbol.asyncDispose]: async () => {
            // What cannot be removed is said to whoever takes the login next.
            await clean(entry, store).catch(() => undefined);
            release();
          },
        };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
};

/** Links are removed and not followed; what no permission lets in is opened first. */
const remove = async (path: string): Promise<void> => {
  if (!(await lstat(path)).isDirectory()) return await unlink(path);
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await remove(join(path, name));
  await rmdir(path);
};

/** @throws HarnessError `agent.login`: what cannot be removed is not shown either. */
const clean = async ({ title, credentialFiles }: CatalogEntry, store: string): Promise<void> => {
  const kept = new Set(credentialFiles);
  const cleanFolder = async (folder: string): Promise<void> => {
    for (const dirent of await readdir(join(store, folder), { withFileTypes: true })) {
      const path = join(folder, dirent.name);
      if (kept.has(path) && dirent.isFile()) continue;
      const holds =
        dirent.isDirectory() && credentialFiles.some((one) => one.startsWith(`${path}/`));
      await (holds ? cleanFolder(path) : remove(join(store, path)));
    }
  };
  for (const folder of new Set(credentialFiles.map(boundPath)))
    try {
      if (!kept.has(folder) && existsSync(join(store, folder))) await cleanFolder(folder);
    } catch (error) {
      throw new HarnessError(
        "agent.login",
        `What an earlier session of ${title} left beside its login in ${join(store, folder)} cannot be removed: ${String(error)}. Remove it by hand.`,
      );
    }
};

const mountsOf = (entry: CatalogEntry, store: string, place: Place): readonly Mount[] => {
  const command = signInCommand(entry, store);
  if (command === null)
    throw new HarnessError(
      "agent.login",
      `${entry.title} cannot have a login of its own here: leave \`credentials: inside\` out and name a provider.`,
    );
  mkdirSync(store, { recursive: true, mode: 0o700 });
  if (!isSignedIn(entry, store))
    throw new HarnessError(
      "agent.login",
      `${entry.title} is to use its own login, and there is none yet. Log in once with: ${command}`,
    );
  if (place.isolation === "none")
    throw new HarnessError(
      "agent.login",
      `${entry.title} with its own login needs the fence: its login is shown there and nowhere else.`,
    );
  const home = place.env["HOME"] ?? "/";
  const bound = [...new Set(entry.credentialFiles.map(boundPath))].flatMap((path): Mount[] => {
    const source = join(store, path);
    if (!entry.credentialFiles.includes(path)) mkdirSync(source, { recursive: true, mode: 0o700 });
    return existsSync(source) ? [{ source, target: join(home, path), access: "writable" }] : [];
  });
  return [...bound, ...settingsOf(entry, store, home)];
};

/** Over the folders that hold them. */
const settingsOf = ({ loginSettings = [] }: CatalogEntry, store: string, home: string): Mount[] =>
  loginSettings
    .filter((file) => existsSync(join(store, file)))
    .map((file) => ({ source: join(store, file), target: join(home, file), access: "read-only" }));
