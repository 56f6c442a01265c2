/**
 * Attacks that must fail before the first task of a boot. One small program makes them all from
 * inside; what can be judged from outside is judged outside: a file that was changed, a connection
 * that arrived.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { ERRORS } from "@tutti/protocol";
import type { Capability, FencedProcess, LaunchSpec } from "../../engine/ports/sandbox.ts";
import type { Place } from "../../engine/ports/place.ts";
import { randomBase32 } from "../../platform/ids.ts";

type Launch = (spec: LaunchSpec, signal?: AbortSignal) => Promise<FencedProcess>;

export type SelfTestOptions = {
  readonly launch: Launch;
  /** Folder in which the attacked things are put; it is not shown inside. */
  readonly folder: string;
  readonly node: string;
  readonly bubblewrap: string;
};

/** What the program inside managed to do. */
const Loot = z.object({
  secret: z.boolean(),
  port: z.boolean(),
  sysctl: z.boolean(),
  namespace: z.boolean(),
  /** Open descriptors besides the three standard ones, as `N → target`. */
  descriptors: z.array(z.string()),
  environment: z.boolean(),
});
type Loot = z.infer<typeof Loot>;

type Task = {
  readonly secretFile: string;
  readonly outsideFile: string;
  readonly port: number;
  readonly token: string;
  readonly bubblewrap: string;
};

const NODE_INSIDE = "/run/tutti-node";
const TIMEOUT_MS = 10_000;
const OUTPUT_MAX_CHARACTERS = 100_000;

export async function attackFence(options: SelfTestOptions): Promise<readonly Capability[]> {
  const folder = mkdtempSync(join(options.folder, "self-test-"));
  const token = randomBase32(32);
  const variable = `TUTTI_SELF_TEST_${token}`;
  process.env[variable] = token;
  const listener = createServer((socket) => socket.destroy());
  let connections = 0;
  listener.on("connection", () => (connections += 1));
  try {
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const address = listener.address();
    const task: Task = {
      secretFile: join(folder, "secret"),
      outsideFile: join(folder, "written"),
      port: typeof address === "object" && address !== null ? address.port : 0,
      token,
      bubblewrap: options.bubblewrap,
    };
    writeFileSync(task.secretFile, token);
    const loot = await steal(options, task);
    const wrote = existsSync(task.outsideFile);
    return judge(loot, { wrote, connected: connections > 0 });
  } finally {
    delete process.env[variable];
    listener.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function steal(options: SelfTestOptions, task: Task): Promise<Loot> {
  const program = ["-e", `(${attack.toString()})()`, "--", JSON.stringify(task)];
  await using running = await options.launch(
    {
      place: scratchPlace(options.node),
      command: [NODE_INSIDE, ...program],
      cwd: "/",
      egress: [],
      owner: "self-test",
    },
    AbortSignal.timeout(TIMEOUT_MS),
  );
  running.stdin.end();
  let output = "";
  for await (const chunk of running.stdout) {
    output += String(chunk);
    if (output.length > OUTPUT_MAX_CHARACTERS) break;
  }
  return Loot.parse(JSON.parse(output));
}

/** A place without a work tree: nothing but the system and a Node. */
export function scratchPlace(node: string): Place {
  return {
    root: NODE_INSIDE,
    mounts: [{ source: node, target: NODE_INSIDE, access: "read-only" }],
    env: { PATH: "/usr/bin:/bin", HOME: "/tmp", TMPDIR: "/tmp" },
    artifacts: "/tmp",
    maxBytes: 16 << 20,
    tmpBytes: 16 << 20,
    isolation: "sandbox",
  };
}

function judge(loot: Loot, outside: { wrote: boolean; connected: boolean }): Capability[] {
  return [
    fence("a file outside cannot be read", loot.secret, "a planted secret was read"),
    fence("nothing outside can be written", outside.wrote, "a file appeared outside"),
    fence("ports of this machine are out of reach", loot.port || outside.connected, "connected"),
    fence("kernel settings cannot be written", loot.sysctl, "/proc/sys could be opened to write"),
    fence("no further user namespace", loot.namespace, "a nested namespace was made"),
    fence(
      "no descriptor or variable of Tutti's is inside",
      loot.environment || loot.descriptors.length > 0,
      [...loot.descriptors, ...(loot.environment ? ["the environment"] : [])].join(", "),
    ),
  ];
}

const fence = (name: string, isOpen: boolean, detail: string): Capability => ({
  name,
  ok: !isOpen,
  detail: isOpen ? detail : "held",
  mend: isOpen ? ERRORS["sandbox.leaks"].mend : null,
});

/** Runs inside, as source text: it may use nothing but its own body. Prints the loot as JSON. */
function attack(): void {
  const fs = process.getBuiltinModule("node:fs");
  const net = process.getBuiltinModule("node:net");
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const task: Task = JSON.parse(process.argv[1] ?? "");
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- see above: its own body only
  const succeeds = (act: () => unknown): boolean => {
    try {
      act();
      return true;
    } catch {
      return false; // what is wanted
    }
  };
  const environments = (): string[] =>
    fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/u.test(name))
      .map((pid) => {
        let text = "";
        succeeds(() => (text = fs.readFileSync(`/proc/${pid}/environ`, "latin1")));
        return text;
      });
  const inherited = (): string[] =>
    fs.readdirSync("/proc/self/fd").flatMap((name) => {
      let found: string[] = [];
      succeeds(() => {
        const info = fs.readFileSync(`/proc/self/fdinfo/${name}`, "utf8");
        const flags = Number.parseInt(/flags:\s+(\d+)/u.exec(info)?.[1] ?? "0", 8);
        const isInherited = Number(name) > 2 && (flags & 0o2000000) === 0;
        if (isInherited) found = [`${name} → ${fs.readlinkSync(`/proc/self/fd/${name}`)}`];
      });
      return found;
    });
  succeeds(() => fs.writeFileSync(task.outsideFile, "x"));
  const nested = ["--unshare-user", "--ro-bind", "/", "/", "/bin/true"];
  const loot = {
    secret: succeeds(() => fs.readFileSync(task.secretFile)),
    sysctl: succeeds(() =>
      fs.closeSync(fs.openSync("/proc/sys/kernel/core_pattern", fs.constants.O_WRONLY)),
    ),
    namespace: spawnSync(task.bubblewrap, nested).status === 0,
    descriptors: inherited(),
    environment: environments().some((text) => text.includes(task.token)),
  };
  const socket = net.connect(task.port, "127.0.0.1");
  const report = (port: boolean): void => {
    process.stdout.write(JSON.stringify({ ...loot, port }));
    socket.destroy();
  };
  socket.once("connect", () => report(true));
  socket.once("error", () => report(false));
}
