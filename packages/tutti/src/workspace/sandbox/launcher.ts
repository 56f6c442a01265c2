/**
 * What runs first inside a fence that has ports of its own, files to be written in its home, or
 * descriptors that its parent leaked: it gets its task over the IPC channel, writes the files,
 * listens on the fence's own loopback, hands each listening socket to Tutti, closes every descriptor
 * that would stay open, and becomes the command. Afterwards nothing of Tutti's runs inside, and
 * connections are accepted outside.
 *
 *   inside                         outside
 *                      ◄────────     { files }
 *     { port } + socket ────────►    attach, once per port
 *     { ready }        ────────►     the command runs
 *     or { failed }    ────────►     the start is refused
 *
 * Files are written here and not by the host, because an agent may have left links in its home: what
 * they lead to is then the fence's, never the host's. They travel by the channel, since arguments
 * show in the process list and files may hold tokens.
 *
 * The three functions are sent as source text to a Node inside, so each may use nothing but its own
 * body and its parameters.
 */

/** Where the egress proxy is reached; every fence has a loopback of its own. */
export const EGRESS_PORT = 3128;

type LauncherTask = {
  /** On the fence's loopback. */
  readonly ports: readonly number[];
  /** Whether files come over the channel before anything else. */
  readonly hasFiles: boolean;
  readonly command: readonly string[];
  /** Variables that would have changed the launcher's own Node. */
  readonly env: Readonly<Record<string, string>>;
};

/** What the launcher is told: paths below HOME, with their content. */
type LauncherFiles = { readonly files: Readonly<Record<string, string>> };

/** Arguments after the path of Node. */
export function launcherArguments(task: LauncherTask): string[] {
  const parts = `{ writeFile: ${writeHomeFile.toString()}, become: ${becomeCommand.toString()} }`;
  return ["-e", `(${launch.toString()})(${parts})`, "--", JSON.stringify(task)];
}

/** Splits off what Node itself listens to; the launcher gives it to the command only. */
export function splitEnvironment(env: Readonly<Record<string, string>>) {
  const entries = Object.entries(env);
  return {
    launcher: Object.fromEntries(entries.filter(([name]) => !isForNode(name))),
    command: Object.fromEntries(entries.filter(([name]) => isForNode(name))),
  };
}

const isForNode = (name: string): boolean => name.startsWith("NODE_") || name.startsWith("UV_");

type Parts = {
  readonly writeFile: (path: string, content: string) => void;
  readonly become: (task: LauncherTask) => void;
};

function launch({ writeFile, become }: Parts): void {
  const net = process.getBuiltinModule("node:net");
  const task: LauncherTask = JSON.parse(process.argv[1] ?? "");
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- see above: its own body only
  const fail = (error: unknown): void => {
    const failed = error instanceof Error ? error.message : String(error);
    process.send?.({ failed }, () => process.exit(125));
  };
  const listen = (index: number): void => {
    const port = task.ports[index];
    if (port === undefined) {
      // Without a channel there was nothing to hand over.
      if (process.send === undefined) become(task);
      else process.send({ ready: true }, () => become(task));
      return;
    }
    const server = net.createServer();
    server.once("error", fail);
    server.listen(port, "127.0.0.1", 511, () => {
      process.send?.({ port }, server, {}, () => listen(index + 1));
    });
  };
  if (!task.hasFiles) {
    listen(0);
    return;
  }
  process.once("message", ({ files }: LauncherFiles) => {
    try {
      for (const [path, content] of Object.entries(files)) writeFile(path, content);
      listen(0);
    } catch (error) {
      fail(error);
    }
  });
}

/** Below HOME. Whatever lies in the way is replaced: links are not followed, files give way to folders. */
function writeHomeFile(path: string, content: string): void {
  const fs = process.getBuiltinModule("node:fs");
  let folder = process.env["HOME"] ?? "/";
  const names = path.split("/");
  for (const name of names.slice(0, -1)) {
    folder = `${folder}/${name}`;
    if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) continue;
    fs.rmSync(folder, { force: true });
    fs.mkdirSync(folder, { mode: 0o700 });
  }
  const file = `${folder}/${names.at(-1)}`;
  fs.rmSync(file, { recursive: true, force: true });
  fs.writeFileSync(file, content, { mode: 0o600, flag: "wx" });
}

/** The last of the launcher: closes descriptors that would stay open, and is the command from then on. */
function becomeCommand({ command, env: wanted }: LauncherTask): void {
  const fs = process.getBuiltinModule("node:fs");
  const closeOnExec = 0o2000000;
  for (const name of fs.readdirSync("/proc/self/fd")) {
    const descriptor = Number(name);
    if (descriptor <= 2) continue;
    try {
      const info = fs.readFileSync(`/proc/self/fdinfo/${name}`, "utf8");
      const [, flags = "0"] = /flags:\s+(\d+)/u.exec(info) ?? [];
      if ((Number.parseInt(flags, 8) & closeOnExec) === 0) fs.closeSync(descriptor);
    } catch {
      continue; // the descriptor of the listing itself
    }
  }
  const [name = "", ...rest] = command;
  const folders = (process.env["PATH"] ?? "").split(":");
  const paths = folders.map((folder) => `${folder}/${name}`);
  const program = (name.includes("/") ? [name] : paths).find((path) => fs.existsSync(path));
  if (program === undefined) {
    process.stderr.write(`tutti: ${name}: not found\n`);
    process.exit(127);
  }
  const env = { ...process.env, ...wanted };
  delete env["NODE_CHANNEL_FD"];
  delete env["NODE_CHANNEL_SERIALIZATION_MODE"];
  process.execve?.(program, [name, ...rest], env);
}
