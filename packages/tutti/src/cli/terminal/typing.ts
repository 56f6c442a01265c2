/** What is typed goes to the daemon in parts, one request at a time, and what it does not take is told. */

/** As the daemon takes it. */
const TERMINAL_INPUT_MAX_CHARS = 16_384;

/** As much of a text as goes at once, of characters of two halves both. */
export const inputPart = (text: string): string => {
  const part = text.slice(0, TERMINAL_INPUT_MAX_CHARS);
  return part.length < text.length ? part.replace(/[\uD800-\uDBFF]$/u, "") : part;
};

/**
 * With each request goes all that was typed meanwhile: keys arrive in their order. Of what is refused nothing
 * goes on: a paste with a hole in it would be worse. `onLost` is told once, until something is taken again.
 */
export function createTyping(
  send: (data: string) => Promise<unknown>,
  onLost: (characters: number, error: unknown) => void,
): (text: string) => void {
  let waiting = "";
  let isSending = false;
  let isTold = false;
  const pump = async (): Promise<void> => {
    isSending = true;
    while (waiting !== "") {
      const data = inputPart(waiting);
      waiting = waiting.slice(data.length);
      try {
        await send(data);
        isTold = false;
      } catch (error) {
        const lost = data.length + waiting.length;
        waiting = "";
        if (!isTold) onLost(lost, error);
        isTold = true;
      }
    }
    isSending = false;
  };
  return (text) => {
    waiting += text;
    if (!isSending) void pump();
  };
}
