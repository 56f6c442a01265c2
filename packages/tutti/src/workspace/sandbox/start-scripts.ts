/**
 * Two fixed shell scripts around bubblewrap. They take everything as positional arguments, so no
 * text of a project or an agent is ever read by a shell.
 */
import { OOM_SCORE, TASKS_MAX } from "./limits.ts";

/**
 * Descriptors of the fence's start, in the order in which they are passed to `spawnOwned`. The last
 * is open only where it is wanted, for one thing or the other.
 */
export const START_DESCRIPTORS = { seccomp: 3, args: 4, ready: 5, channel: 6, control: 6 } as const;

/** A shell counts file sizes in these. */
const FILE_SIZE_UNIT_BYTES = 512;

/** Outside: limits that hold for everything below, then bubblewrap. */
const OUTSIDE = `
umask 022
ulimit -c 0
ulimit -f "$1" 2>/dev/null
[ -z "$2" ] || echo $$ > "$2/cgroup.procs" || exit 125
echo ${OOM_SCORE} > /proc/self/oom_score_adj
shift 2
exec "$@"`;

/**
 * Inside: the task limit is counted per user namespace, so it must be set in it. \`-u\` is bash's
 * and \`-p\` dash's name. A line on the descriptor says that the fence stands; one comes back when
 * Tutti knows the first process inside. When the start is given up instead, the descriptor is closed,
 * and what is left of the fence ends by itself: it may have no parent any more that would end it.
 */
const INSIDE = `
ulimit -u ${TASKS_MAX} 2>/dev/null || ulimit -p ${TASKS_MAX} 2>/dev/null
echo >&${START_DESCRIPTORS.ready}
read -r _ <&${START_DESCRIPTORS.ready} || exit 125
exec ${START_DESCRIPTORS.ready}>&-
exec "$@"`;

/** Unfenced: waits until the process is registered; goes away when the daemon does before that. */
const UNFENCED = `
read -r _ <&3 || exit 125
exec 3<&-
exec "$@"`;

/** What the daemon's own parent leaked is closed, the control pipe is not. */
const STRAYS = `
for path in /proc/self/fd/*; do
  number=\${path##*/}
  case $number in 0 | 1 | 2 | ${START_DESCRIPTORS.control}) ;; *) eval "exec $number>&-" ;; esac
done
exec "$@"`;

export type FenceStart = {
  readonly bubblewrap: string;
  readonly maxFileBytes: number;
  /** Group with a task limit to join. */
  readonly cgroup: string | null;
  readonly command: readonly string[];
};

/** Arguments for /bin/sh. bubblewrap reads its own from the `args` descriptor. */
export function fenceScript({ bubblewrap, maxFileBytes, cgroup, command }: FenceStart): string[] {
  const fileSize = `${Math.ceil(maxFileBytes / FILE_SIZE_UNIT_BYTES)}`;
  const outside = ["-c", OUTSIDE, "sh", fileSize, cgroup ?? ""];
  const inside = ["/bin/sh", "-c", INSIDE, "sh", ...command];
  return [...outside, bubblewrap, "--args", `${START_DESCRIPTORS.args}`, "--", ...inside];
}

/** dash knows descriptors of one digit alone. */
export const withoutStrays = (command: readonly string[]): string[] => [
  "/bin/bash",
  "--norc",
  "-c",
  STRAYS,
  "bash",
  ...command,
];

/** Arguments for /bin/sh; a line on descriptor 3 lets it begin. */
export function unfencedScript(command: readonly string[]): string[] {
  return ["-c", UNFENCED, "sh", ...command];
}
