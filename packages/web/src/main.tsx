/** The page: sign in, then one stream of events, one cache of what was read, and the screens. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { openLive } from "./api/live.ts";
import { LiveProvider } from "./api/live-context.tsx";
import { createQueryClient, refreshRuns } from "./api/queries.ts";
import { signIn, takeCode } from "./api/session.ts";
import { SignedOut } from "./frame/signed-out.tsx";
import { router } from "./router.tsx";
import "./styles.css";
import { Failed } from "./ui/notice.tsx";
import { startTheme } from "./ui/theme.ts";

const element = document.querySelector("#root");
if (element === null) throw new Error("The page has no #root.");
const root = createRoot(element);

/** What is read once the page is live need not be read again. A busy daemon is not waited for longer. */
const LIVE_WAIT_MS = 500;

async function show(): Promise<void> {
  const client = createQueryClient();
  const live = openLive({
    onRuns: (runs) => refreshRuns(client, runs),
    onRestored: () => void client.invalidateQueries(),
  });
  await Promise.race([live.isKnown, new Promise((resolve) => setTimeout(resolve, LIVE_WAIT_MS))]);
  root.render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <LiveProvider value={live}>
          <RouterProvider router={router} />
        </LiveProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

const code = takeCode();
/** A daemon that starts, or is too busy, answers later. */
const AGAIN_MS = 1000;

async function start(): Promise<void> {
  const answer = await signIn(code);
  if (answer.kind === "signed-in") return show();
  if (answer.kind === "signed-out") return root.render(<SignedOut why={answer.why} />);
  const { problem } = answer;
  const isAway = problem.status === 0 || problem.status === 503;
  if (isAway) setTimeout(() => void start(), AGAIN_MS);
  root.render(<Failed error={problem} {...(isAway ? {} : { onRetry: () => void start() })} />);
}

startTheme();
await start();
