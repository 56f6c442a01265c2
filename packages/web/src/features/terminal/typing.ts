/** Keys go one request at a time, each with all that was typed meanwhile: so they arrive in their order. */

import { ApiError } from "@tutti/client/api-error";

/** As the daemon takes it. */
const INPUT_MAX_CHARS = 16_384;
/** Typed while nothing is taken: what would be beyond it is lost as a whole, and told. */
const WAITING_MAX_CHARS = 256 * 1024;

/** At `max`, or one before: a character of two units stays whole. */
const cutAt = (text: string, max: number): number => {
  const isPair = text.length > max && /[\uD800-\uDBFF]/u.test(text.charAt(max - 1));
  return isPair ? max - 1 : max;
};

const lostText = (lost: number): string =>
  `${lost.toLocaleString("en")} ${lost === 1 ? "character that was" : "characters that were"} typed or pasted`;

const tooLong = (lost: number): ApiError =>
  new ApiError({
    status: 429,
    code: "terminal.busy",
    detail: `Lost: ${lostText(lost)}, more than a terminal is given at once.`,
    mend: "Paste it in parts of less than 256 KiB, or keep it in a file of the workspace.",
  });

/** The same, and what it cost. */
const refused = (lost: number, error: unknown): unknown =>
  error instanceof ApiError
    ? new ApiError(
        {
          status: error.status,
          code: error.code,
          detail: `${error.message} Lost: ${lostText(lost)}.`,
          mend: error.mend,
        },
        { cause: error },
      )
    : error;

export function createTyping(
  send: (data: string) => Promise<unknown>,
  onProblem: (error: unknown) => void,
): (text: string) => void {
  let waiting = "";
  let isSending = false;
  const pump = async (): Promise<void> => {
    isSending = true;
    while (waiting !== "") {
      const data = waiting.slice(0, cutAt(waiting, INPUT_MAX_CHARS));
      waiting = waiting.slice(data.length);
      try {
        await send(data);
      } catch (error) {
        const lost = data.length + waiting.length;
        waiting = "";
        onProblem(refused(lost, error));
      }
    }
    isSending = false;
  };
  return (text) => {
    if (waiting.length + text.length > WAITING_MAX_CHARS) return onProblem(tooLong(text.length));
    waiting += text;
    if (!isSending) void pump();
  };
}
