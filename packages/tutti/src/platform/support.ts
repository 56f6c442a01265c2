import { TuttiError } from "@tutti/protocol/errors";

/** Throws `platform.unsupported` everywhere but on Linux (WSL2 counts as Linux). */
export function requireLinux(platform: string = process.platform): void {
  if (platform === "linux") return;
  const name = platform === "darwin" ? "macOS" : platform === "win32" ? "Windows" : platform;
  throw new TuttiError("platform.unsupported", `Tutti does not run on ${name} yet.`, {
    facts: { platform },
  });
}
