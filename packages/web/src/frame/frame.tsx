/** The frame around every screen: where one is, what needs one, and whether the page is live. */
import { Outlet } from "@tanstack/react-router";
import { Toaster } from "sonner";
import { useStore } from "../api/store.ts";
import { useKeyboard } from "../commands/commands.tsx";
import { PaletteHost } from "../features/palette/palette-host.tsx";
import { NotificationHost } from "../features/settings/notification-host.tsx";
import { theme } from "../ui/theme.ts";
import { Announcer } from "./announcer.tsx";
import { ConnectionBar } from "./connection-bar.tsx";
import { useFrameCommands } from "./frame-commands.ts";
import { Navigation } from "./navigation.tsx";
import { TopBar } from "./top-bar.tsx";

export function Frame() {
  useKeyboard();
  useFrameCommands();
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-surface focus:p-2"
      >
        Skip to the content
      </a>
      <TopBar />
      <ConnectionBar />
      <div className="flex min-h-0 flex-1 max-sm:flex-col-reverse">
        <Navigation />
        <main
          id="main"
          tabIndex={-1}
          className="relative min-h-0 min-w-0 flex-1 overflow-auto outline-none"
        >
          <Outlet />
        </main>
      </div>
      <PaletteHost />
      <NotificationHost />
      <Announcer />
      <Toaster theme={useStore(theme)} position="bottom-right" closeButton />
    </div>
  );
}
