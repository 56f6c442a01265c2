/** What can be done from every screen. */
import { useNavigate } from "@tanstack/react-router";
import { useCommands } from "../commands/commands.tsx";
import { copyLinkHere } from "../ui/copy-link.ts";
import { theme } from "../ui/theme.ts";

const SCREENS = [
  { to: "/", id: "go.home", title: "Needs you", keys: "g h" },
  { to: "/board", id: "go.board", title: "Board", keys: "g b" },
  { to: "/fleet", id: "go.fleet", title: "Fleet", keys: "g f" },
  { to: "/landings", id: "go.landings", title: "Merge train", keys: "g m" },
  { to: "/new", id: "go.new", title: "New task", keys: "n" },
  { to: "/settings", id: "go.settings", title: "Settings", keys: "g s" },
] as const;

/** Asked once more on the fleet's own screen before it is done. */
const ORDERS = [
  { ask: "pause", title: "Pause everything" },
  { ask: "stop", title: "Stop everything" },
] as const;

const PARTS = [
  { at: "keys", title: "Keys of providers: store or remove one" },
  { at: "notifications", title: "Notifications and sound" },
  { at: "tokens", title: "Tokens of programs: create or revoke one" },
  { at: "audit", title: "Audit: who did what" },
] as const;

const THEMES = [
  { to: "light", title: "Light theme" },
  { to: "dark", title: "Dark theme" },
  { to: "system", title: "Theme of the system" },
] as const;

export function useFrameCommands(): void {
  const navigate = useNavigate();
  useCommands([
    ...SCREENS.map(({ to, ...command }) => ({
      ...command,
      group: "Go to",
      run: () => void navigate({ to }),
    })),
    ...ORDERS.map(({ ask, title }) => ({
      id: `fleet.${ask}-all`,
      title,
      group: "Fleet",
      run: () => void navigate({ to: "/fleet", search: { ask } }),
    })),
    ...PARTS.map(({ at, title }) => ({
      id: `settings.${at}`,
      title,
      group: "Settings",
      run: () => void navigate({ to: "/settings", search: { at } }),
    })),
    {
      id: "link.copy",
      title: "Copy the link to what is shown here",
      group: "Everywhere",
      keys: "y",
      run: () => void copyLinkHere(),
    },
    ...THEMES.map(({ to, title }) => ({
      id: `theme.${to}`,
      title,
      group: "Appearance",
      run: () => theme.set(to),
    })),
  ]);
}
