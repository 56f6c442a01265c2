import { TuttiError } from "@tutti/protocol";

/** What the file system refuses is an outside failure, with a code people can act on. */
export async function guarded<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
    throw new TuttiError(isFull ? "disk.full" : "workspace.failed", error.message, {
      retry: "later",
      cause: error,
    });
  }
}

function isSystemError(error: unknown): error is Error & { readonly code: unknown } {
  return error instanceof Error && "syscall" in error && "code" in error;
}
