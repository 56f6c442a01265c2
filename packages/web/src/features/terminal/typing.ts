/** Keys go one request at a time, each with all that was typed meanwhile: so they arrive in their order. */

/** As the daemon takes it. */
const INPUT_MAX_CHARS = 16_384;
/** Typed while nothing is taken: what is beyond it is lost, as on a terminal whose program reads nothing. */
const WAITING_MAX_CHARS = 256 * 1024;

/** At `max`, or one before: a character of two units stays whole. */
const cutAt = (text: string, max: number): number => {
  const isPair = text.length > max && /[\uD800-\uDBFF]/u.test(text.charAt(max - 1));
  return isPair ? max - 1 : max;
};

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
        waiting = "";
        onProblem(error);
      }
    }
    isSending = false;
  };
  return (text) => {
    if (waiting.length + text.length > WAITING_MAX_CHARS) return;
    waiting += text;
    if (!isSending) void pump();
  };
}
