/** Fences 23–25 and 32: terminals, namespaces, kernel settings and rarely used system calls. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { SYSCALLS, type SyscallName } from "../../packages/tutti/src/workspace/sandbox/syscalls.ts";
import { test } from "vitest";
import { expectFence, isRoot, type Side } from "./arena.ts";
import { LAUNCH, taskOf } from "./program.ts";

const arch = process.arch === "arm64" ? "arm64" : "x64";
const numberOf = (name: SyscallName): number => SYSCALLS[name][arch] ?? -1;

const readSetting = (path: string): string =>
  existsSync(path) ? readFileSync(path, "utf8").trim() : "";

/** Newer kernels refuse it to everybody but root. */
const hasTerminalInput = isRoot || readSetting("/proc/sys/dev/tty/legacy_tiocsti") === "1";

const PUSH = String.raw`for (split //, "echo pushed > $ARGV[0]\n") { ioctl(STDIN, 0x5412, my $c = $_) or exit 1 } exit 0`;

test("fence 23: nothing can be typed into the terminal that a shell was opened from", () =>
  expectFence(
    async (side) => {
      const pushed = join(side.place.artifacts, "pushed");
      // "script" gives a terminal; the shell in it starts the fence and then reads what was pushed.
      const task = taskOf(side, ["perl", "-e", PUSH, pushed]);
      const program = { ...task, spec: { ...task.spec, terminal: true } };
      const inner = `"$NODE" "$LAUNCH" "$TASK"; read -r -t 1 line && eval "$line"; exit 0`;
      const terminal = spawn("script", ["-qec", `bash -c '${inner}'`, "/dev/null"], {
        env: {
          ...process.env,
          NODE: process.execPath,
          LAUNCH,
          TASK: JSON.stringify(program),
          SHELL: "/bin/bash",
        },
        stdio: ["pipe", "ignore", "ignore"],
      });
      await once(terminal, "exit");
      return { "a pushed line was run": existsSync(pushed) };
    },
    { refusedAnyway: hasTerminalInput ? [] : ["a pushed line was run"] },
  ));

test("fence 24: no namespace, no mount, no kernel setting, no control group, no device of the host", () =>
  expectFence(
    async (side) => {
      const succeeds = async (script: string): Promise<boolean> =>
        (await side.sh(script)).code === 0;
      const nested = `unshare --user --map-root-user --mount sh -c`;
      const bind = `${nested} 'mount --bind /usr "${side.tree}/src" && test -e "${side.tree}/src/bin"'`;
      const group = existsSync("/sys/fs/cgroup/pids/cgroup.procs")
        ? "/sys/fs/cgroup/pids/tutti-fence-test"
        : "/sys/fs/cgroup/tutti-fence-test";
      const outcome = {
        "a user namespace": await succeeds("unshare --user true"),
        "a mount in it": await succeeds(bind),
        "a bind mount undone": await succeeds(
          `${nested} 'mount --bind /usr "${side.tree}/src" && umount "${side.tree}/src"'`,
        ),
        // Opened for writing, with nothing written.
        core_pattern: await succeeds(": >> /proc/sys/kernel/core_pattern"),
        "a control group": (await succeeds(`mkdir ${group}`)) && existsSync(group),
        // The mode it has anyway.
        "the mode of /dev/null": await succeeds("chmod 666 /dev/null"),
        "the mode of a /proc file": await succeeds("chmod 444 /proc/uptime"),
      };
      if (existsSync(group)) rmdirSync(group);
      return outcome;
    },
    {
      refusedAnyway: [
        ...(isRoot
          ? []
          : [
              "core_pattern",
              "a control group",
              "the mode of /dev/null",
              "the mode of a /proc file",
            ]),
        ...(existsSync("/sys/fs/cgroup/cgroup.procs") ||
        existsSync("/sys/fs/cgroup/pids/cgroup.procs")
          ? []
          : ["a control group"]),
      ],
    },
  ));

/** Whether a call does something other than fail with "not permitted" or "not there". */
async function isOpen(side: Side, name: SyscallName, ...args: readonly string[]): Promise<boolean> {
  const program = `$z = "\\0" x 256; $r = syscall(${numberOf(name)}, ${args.join(", ")});
    exit($r >= 0 || ($! != 1 && $! != 38 && $! != 97) ? 0 : 1)`;
  return (await side.perl(program)).code === 0;
}

const openSocket = async (side: Side, family: number, type: number): Promise<boolean> =>
  (await side.perl(`exit(socket(S, ${family}, ${type}, 0) ? 0 : 1)`)).code === 0;

const AF_PACKET = 17;
const AF_VSOCK = 40;
const AF_ALG = 38;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const SOCK_RAW = 3;

/** Which of the calls below this machine offers to an unfenced process of this user. */
const isDisabled = (setting: string, when: readonly string[]): boolean =>
  when.includes(readSetting(setting));
const hasSocketFamily = (name: string): boolean =>
  readFileSync("/proc/net/protocols", "utf8").includes(name);

/** Needs the power over a network namespace; does nothing, since it is up already. */
const RAISE_LOOPBACK = `socket(S, 2, 2, 0); exit(ioctl(S, 0x8914, pack("a16 s x22", "lo", 1)) ? 0 : 1)`;

test("fence 25: no io_uring, bpf, keyring, userfaultfd, and only common socket families", () =>
  expectFence(
    async (side) => {
      const keyring = `exit(syscall(${numberOf("keyctl")}, 0, -3, 1) > 0 ? 0 : 1)`;
      return {
        io_uring: await isOpen(side, "io_uring_setup", "1", "$z"),
        bpf: await isOpen(side, "bpf", "0", "$z", "72"),
        userfaultfd: await isOpen(side, "userfaultfd", "1"),
        perf_event_open: await isOpen(side, "perf_event_open", "$z", "0", "-1", "-1", "0"),
        keyring: (await side.perl(keyring)).code === 0,
        "open by handle": await isOpen(side, "open_by_handle_at", "-100", "$z", "0"),
        "kernel log": await isOpen(side, "syslog", "10", "$z", "0"),
        vsock: await openSocket(side, AF_VSOCK, SOCK_STREAM),
        alg: await openSocket(side, AF_ALG, SOCK_SEQPACKET),
        packet: await openSocket(side, AF_PACKET, SOCK_RAW),
        "a network link": (await side.perl(RAISE_LOOPBACK)).code === 0,
      };
    },
    { refusedAnyway: refusedCalls() },
  ));

function refusedCalls(): string[] {
  const user = [
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "open by handle",
    "kernel log",
    "packet",
    "a network link",
  ];
  return [
    ...(isRoot ? ["a network link"] : user),
    ...(isDisabled("/proc/sys/kernel/io_uring_disabled", isRoot ? ["2"] : ["1", "2"])
      ? ["io_uring"]
      : []),
    ...(hasSocketFamily("AF_VSOCK") ? [] : ["vsock"]),
    ...(hasSocketFamily("ALG") ? [] : ["alg"]),
  ];
}

test("fence 32: the daemon may be root: no capability and no writable setting gets inside", () =>
  expectFence(
    async (side) => {
      const status = await side.sh("cat /proc/self/status");
      const capabilities = [...status.stdout.matchAll(/^Cap(?<set>\w+):\s+(?<bits>[0-9a-f]+)$/gmu)];
      const has = (set: string): boolean =>
        capabilities.some(
          ({ groups }) => groups?.["set"] === set && /[^0]/u.test(groups["bits"] ?? ""),
        );
      const writable = await side.sh("find /proc/sys -writable 2>/dev/null | head -n 1");
      return {
        "effective capabilities": has("Eff"),
        "permitted capabilities": has("Prm"),
        "bounding set": has("Bnd"),
        "a writable setting": writable.stdout !== "",
        "new privileges": !/^NoNewPrivs:\s+1$/mu.test(status.stdout),
        "no filter": !/^Seccomp:\s+2$/mu.test(status.stdout),
      };
    },
    {
      refusedAnyway: isRoot
        ? []
        : [
            "effective capabilities",
            "permitted capabilities",
            "bounding set",
            "a writable setting",
            "new privileges",
            "no filter",
          ],
    },
  ));
