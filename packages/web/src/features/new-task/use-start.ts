/** Starts a task once, however often the button is pressed, and goes to it. */
import { ApiError } from "@tutti/client/api-error";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { toast } from "sonner";
import { daemon } from "../../api/daemon.ts";
import { type Draft, requestOf } from "./draft.ts";

const WARNING_MS = 20_000;

export function useStart(onStarted: () => void) {
  const navigate = useNavigate();
  const last = useRef({ body: "", key: "" });
  /** Until it is answered the same request has the same key: sent again, it starts nothing new. */
  const keyFor = (body: string): string => {
    if (last.current.body !== body) last.current = { body, key: crypto.randomUUID() };
    return last.current.key;
  };
  return useMutation({
    mutationFn: (draft: Draft) => {
      const request = requestOf(draft);
      return daemon.startRun(request, { key: keyFor(JSON.stringify(request)) });
    },
    onError: (error) => {
      // A refusal is an answer, which the daemon would repeat whatever was mended meanwhile.
      if (error instanceof ApiError && error.status !== 0) last.current = { body: "", key: "" };
    },
    onSuccess: async ({ run, warnings }) => {
      last.current = { body: "", key: "" };
      onStarted();
      for (const warning of warnings) toast.warning(warning, { duration: WARNING_MS });
      await navigate({ to: "/runs/$run", params: { run } });
    },
  });
}
