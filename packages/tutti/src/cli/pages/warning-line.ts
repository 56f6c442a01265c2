/** A warning of a run on a line of its own. */
import { printableLine } from "../terminal/printable.ts";
import { EXPOSED_SHAPE, type Style } from "../terminal/style.ts";

/** Stands in the warning of an agent whose login is inside the fence. */
const LOGIN_INSIDE = "credentials: inside";

/** A login inside the fence is told apart from what is merely worth knowing. */
export function warningLine(warning: string, style: Style): string {
  return warning.includes(LOGIN_INSIDE)
    ? style.paint("exposed", `${EXPOSED_SHAPE} ${printableLine(warning)}`)
    : style.paint("waiting", `! ${printableLine(warning)}`);
}
