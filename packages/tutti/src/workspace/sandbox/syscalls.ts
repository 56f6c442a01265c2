/**
 * Numbers of the system calls the filter speaks of, for both supported architectures; `null` where
 * an architecture does not have the call. Sources: asm/unistd_64.h (x86-64), asm-generic/unistd.h
 * (arm64); a test compares them with the installed headers.
 */
export type Architecture = "x64" | "arm64";

export type Syscall = { readonly x64: number | null; readonly arm64: number | null };

const both = (x64: number | null, arm64: number | null): Syscall => ({ x64, arm64 });
/** Since 5.1 new calls have one number everywhere. */
const same = (number: number): Syscall => both(number, number);

export const SYSCALLS = {
  _sysctl: both(156, null),
  acct: both(163, 89),
  add_key: both(248, 217),
  bpf: both(321, 280),
  chroot: both(161, 51),
  clone: both(56, 220),
  clone3: same(435),
  delete_module: both(176, 106),
  finit_module: both(313, 273),
  fsconfig: same(431),
  fsmount: same(432),
  fsopen: same(430),
  fspick: same(433),
  init_module: both(175, 105),
  io_uring_enter: same(426),
  io_uring_register: same(427),
  io_uring_setup: same(425),
  ioctl: both(16, 29),
  ioperm: both(173, null),
  iopl: both(172, null),
  kexec_file_load: both(320, 294),
  kexec_load: both(246, 104),
  keyctl: both(250, 219),
  lookup_dcookie: both(212, 18),
  modify_ldt: both(154, null),
  mount: both(165, 40),
  mount_setattr: same(442),
  move_mount: same(429),
  name_to_handle_at: both(303, 264),
  nfsservctl: both(180, 42),
  open_by_handle_at: both(304, 265),
  open_tree: same(428),
  open_tree_attr: same(467),
  perf_event_open: both(298, 241),
  pidfd_getfd: same(438),
  pivot_root: both(155, 41),
  process_vm_readv: both(310, 270),
  process_vm_writev: both(311, 271),
  ptrace: both(101, 117),
  quotactl: both(179, 60),
  quotactl_fd: same(443),
  reboot: both(169, 142),
  request_key: both(249, 218),
  setns: both(308, 268),
  socket: both(41, 198),
  swapoff: both(168, 225),
  swapon: both(167, 224),
  sysfs: both(139, null),
  syslog: both(103, 116),
  umount2: both(166, 39),
  unshare: both(272, 97),
  uselib: both(134, null),
  userfaultfd: both(323, 282),
  vhangup: both(153, 58),
} as const satisfies Record<string, Syscall>;

export type SyscallName = keyof typeof SYSCALLS;
