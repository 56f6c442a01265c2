/**
 * What runs first inside a fence that has a way out, or whose parent leaked descriptors into it: it
 * listens on the fence's own loopback, hands the listening socket to Tutti over the IPC channel,
 * closes every descriptor that would stay open, and becomes the command. Afterwards nothing of
 * Tutti's runs inside, and connections are accepted outside.
 *
 * The function is sent as source text to a Node inside, so it may use nothing but its own body.
 */

/** Where the egress proxy is reached; every fence has a loopback of its own. */
export const EGRESS_PORT = 3128;

export type LauncherTask = {
  /** `null`: only close descriptors. */
  readonly port: number | null;
  readonly command: readonly string[];
  /** Variables that would have changed the launcher's own Node. */
  readonly env: Readonly<Record<string, string>>;
};

/** Arguments after the path of Node. */
export function launcherArguments(task: LauncherTask): string[] {
  return ["-e", `(${launch.toString()})()`, "--", JSON.stringify(task)];
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

function launch(): void {
  const fs = process.getBuiltinModule("node:fs");
  const net = process.getBuiltinModule("node:net");
  const task: LauncherTask = JSON.parse(process.argv[1] ?? "");
  const closeOnExec = 0o2000000;

  const closeStrays = (): void => {
    for (const name of fs.readdirSync("/proc/self/fd")) {
      const descriptor = Number(name);
      if (descriptor <= 2) continue;
      try {
        const info = fs.readFileSync(`/proc/self/fdinfo/${name}`, "utf8");
        const flags = Number.parseInt(/flags:\s+(\d+)/u.exec(info)?.[1] ?? "0", 8);
        if ((flags & closeOnExec) === 0) fs.closeSync(descriptor);
      } catch {
        continue; // the descriptor of the listing itself
      }
    }
  };

  const findProgram = (name: string): string | undefined => {
    if (name.includes("/")) return name;
    const folders = (process.env["PATH"] ?? "").split(":");
    return folders.map((folder) => `${folder}/${name}`).find((path) => fs.existsSync(path));
  };

  const become = (): void => {
    closeStrays();
    const [name = "", ...rest] = task.command;
    const program = findProgram(name);
    if (program === undefined || !fs.existsSync(program)) {
      process.stderr.write(`tutti: ${name}: not found\n`);
      process.exit(127);
    }
    const env = { ...process.env, ...task.env };
    delete env["NODE_CHANNEL_FD"];
    delete env["NODE_CHANNEL_SERIALIZATION_MODE"];
    process.execve?.(program, [name, ...rest], env);
  };

  if (task.port === null) {
    become();
    return;
  }
  const server = net.createServer();
  server.listen(task.port, "127.0.0.1", 511, () => {
    process.send?.("listening", server, {}, become);
  });
}
