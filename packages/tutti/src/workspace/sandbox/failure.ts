/** What bubblewrap says when it cannot set a fence up, as one of Tutti's codes. */
import { TuttiError } from "@tutti/protocol";

/** Parts of messages that all mean: this machine does not give ordinary processes a namespace. */
const NO_NAMESPACES = [
  "No permissions to create new namespace",
  "Creating new namespace failed",
  "setting up uid map",
  "Can't mount proc",
  "Failed RTM_NEWADDR",
  "Failed to make / slave",
  "unshare user ns",
  "No permissions to create a new namespace",
];

export function fenceFailure(message: string): TuttiError {
  const text = message.trim() === "" ? "The sandbox ended before it stood." : message.trim();
  const isNamespace = NO_NAMESPACES.some((part) => text.includes(part));
  return new TuttiError(isNamespace ? "sandbox.no-userns" : "sandbox.failed", text);
}
