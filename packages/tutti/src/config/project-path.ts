/** Which paths stay within the project. */

/** Null when the path is relative and stays inside the repository; else the reason why not. */
export const refuseProjectPath = (path: string): string | null => {
  if (path === "" || path.startsWith("/") || path.startsWith("~"))
    return "is not relative to the repository";
  const parts = trimSlashes(path).split("/");
  if (parts.includes("..")) return "leaves the repository";
  return parts.includes(".git") ? "belongs to git" : null;
};

const trimSlashes = (path: string): string =>
  path.replaceAll(/\/{2,}/gu, "/").replace(/(?<=.)\/$/u, "");
