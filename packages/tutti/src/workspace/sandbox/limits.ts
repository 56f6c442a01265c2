/** Bounds of a fenced process. */

/** Processes and threads at once, counted within the fence. */
export const TASKS_MAX = 1024;
/** Shared memory below /dev/shm. */
export const SHARED_MEMORY_BYTES = 256 << 20;
/** Preferred victim when the machine runs out of memory; from -1000 to 1000. */
export const OOM_SCORE = 500;
/** From the spawn of the fence until the command inside takes over. */
export const START_TIMEOUT_MS = 15_000;
/** Between SIGTERM and SIGKILL. */
export const STOP_GRACE_MS = 2000;
/** Kept of bubblewrap's own message when the fence cannot be set up. */
export const MESSAGE_MAX_CHARACTERS = 4000;
/** A killed process that is still there after this long is stuck in the kernel. */
export const KILL_TIMEOUT_MS = 10_000;
/** Ports of its own that a fence may have besides the egress proxy's. */
export const LISTENERS_MAX = 8;
/** Files that are written in the home before the command starts: their number, bytes and paths. */
export const HOME_FILES_MAX = 64;
export const HOME_FILES_MAX_BYTES = 1 << 20;
export const HOME_FILE_PATH_MAX_CHARACTERS = 255;
