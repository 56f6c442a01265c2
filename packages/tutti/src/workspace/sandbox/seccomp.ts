/**
 * The system calls a fenced process may not make. Everything not named here is allowed: the fence's
 * walls are namespaces, mounts and the missing capabilities; this filter takes away the kernel's
 * large and rarely needed surfaces and the few doors those walls leave open.
 */
import {
  ACTION,
  assemble,
  DATA,
  give,
  load,
  whenBits,
  whenEqual,
  type Instruction,
} from "./bpf.ts";
import { SYSCALLS, type Architecture, type SyscallName } from "./syscalls.ts";

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** AUDIT_ARCH_*: programs of another architecture (32-bit ones) are killed at their first call. */
const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
/** x86-64 with 32-bit pointers: the same calls under other numbers. */
const X32_BIT = 0x40000000;

const CLONE_NEWUSER = 0x10000000;
/** Types into a terminal as if its user had. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: what every agent and toolchain seen so far asks for. */
const SOCKET_FAMILIES = [1, 2, 10, 16];

type Group = {
  readonly why: string;
  readonly errno: number;
  readonly calls: readonly SyscallName[];
};

const GROUPS: readonly Group[] = [
  {
    why: "a second way into the kernel that no filter sees; libuv and others fall back to epoll",
    errno: ENOSYS,
    calls: ["io_uring_setup", "io_uring_enter", "io_uring_register"],
  },
  {
    why: "its flags lie in memory where a filter cannot look; glibc falls back to clone",
    errno: ENOSYS,
    calls: ["clone3"],
  },
  {
    why: "programs and events in the kernel; page faults held open by a program",
    errno: EPERM,
    calls: ["bpf", "perf_event_open", "userfaultfd"],
  },
  {
    why: "keyrings are not confined by any namespace used here",
    errno: EPERM,
    calls: ["add_key", "request_key", "keyctl"],
  },
  {
    why: "reaching into other processes",
    errno: EPERM,
    calls: ["ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd"],
  },
  {
    why: "mounts, roots and namespaces stay as they were set up",
    errno: EPERM,
    calls: [
      "mount",
      "umount2",
      "mount_setattr",
      "move_mount",
      "open_tree",
      "open_tree_attr",
      "fsopen",
      "fsconfig",
      "fsmount",
      "fspick",
      "pivot_root",
      "chroot",
      "setns",
    ],
  },
  {
    why: "files by handle pass by every directory's permission",
    errno: EPERM,
    calls: ["name_to_handle_at", "open_by_handle_at", "lookup_dcookie"],
  },
  {
    why: "the machine itself: modules, other kernels, swap, accounting, quotas, its log",
    errno: EPERM,
    calls: [
      "init_module",
      "finit_module",
      "delete_module",
      "kexec_load",
      "kexec_file_load",
      "reboot",
      "swapon",
      "swapoff",
      "acct",
      "quotactl",
      "quotactl_fd",
      "syslog",
      "vhangup",
    ],
  },
  {
    why: "old calls with a history of holes",
    errno: EPERM,
    calls: ["_sysctl", "sysfs", "uselib", "nfsservctl", "iopl", "ioperm", "modify_ldt"],
  },
];

/** Every call the filter always refuses, for tests and for `tutti doctor`. */
export const REFUSED_CALLS: readonly SyscallName[] = GROUPS.flatMap(({ calls }) => calls);

/** The compiled filter, as `bwrap --seccomp` reads it. */
export function seccompFilter(architecture: Architecture): Buffer {
  const number = (name: SyscallName): number | null => SYSCALLS[name][architecture];
  const program: Instruction[] = [
    load(DATA.architecture),
    whenEqual(AUDIT[architecture], 1, 0),
    give(ACTION.killProcess),
    load(DATA.number),
    ...(architecture === "x64" ? refuseWhenBits(X32_BIT, ENOSYS) : []),
    ...GROUPS.flatMap(({ calls, errno }) =>
      calls.flatMap((name) => refuseCall(number(name), errno)),
    ),
    ...checkArgument(number("ioctl"), 1, [
      ...refuseWhenEqual(TIOCSTI, EPERM),
      ...refuseWhenEqual(TIOCLINUX, EPERM),
    ]),
    ...checkArgument(number("clone"), 0, refuseWhenBits(CLONE_NEWUSER, EPERM)),
    ...checkArgument(number("unshare"), 0, refuseWhenBits(CLONE_NEWUSER, EPERM)),
    ...checkArgument(number("socket"), 0, allowOnly(SOCKET_FAMILIES, EAFNOSUPPORT)),
    give(ACTION.allow),
  ];
  return assemble(program);
}

export function isSupportedArchitecture(name: string): name is Architecture {
  return name === "x64" || name === "arm64";
}

const refuseWhenEqual = (value: number, errno: number): Instruction[] => [
  whenEqual(value, 0, 1),
  give(ACTION.error(errno)),
];

const refuseWhenBits = (bits: number, errno: number): Instruction[] => [
  whenBits(bits, 0, 1),
  give(ACTION.error(errno)),
];

const refuseCall = (number: number | null, errno: number): Instruction[] =>
  number === null ? [] : refuseWhenEqual(number, errno);

/** Refuses every value but these; falls through to what follows when it is one of them. */
const allowOnly = (values: readonly number[], errno: number): Instruction[] => [
  ...values.map((value, index) => whenEqual(value, values.length - index, 0)),
  give(ACTION.error(errno)),
];

/**
 * Looks at the low half of one argument of one call; all checked arguments are 32 bits wide in the
 * kernel. Ends in a verdict, because afterwards the call's number is no longer loaded.
 */
function checkArgument(
  number: number | null,
  index: number,
  checks: readonly Instruction[],
): Instruction[] {
  if (number === null) return [];
  const body = [load(DATA.argument(index)), ...checks, give(ACTION.allow)];
  return [whenEqual(number, 0, body.length), ...body];
}
