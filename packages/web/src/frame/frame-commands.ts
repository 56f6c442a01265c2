/** What can be done from every screen. */
import { useNavigate } from "@tanstack/react-router";
import { useCommands } from "../commands/commands.tsx";
import { theme } from "../ui/theme.ts";

export function useFrameCommands(): void {
  const navigate = useNavigate();
  const go = "Go to";
  useCommands([
    {
      id: "go.home",
      title: "Needs you",
      group: go,
      keys: "g h",
      run: () => void navigate({ to: "/" }),
    },
    {
      id: "go.board",
      title: "Board",
      group: go,
      keys: "g b",
      run: () => void navigate({ to: "/board" }),
    },
    {
      id: "go.fleet",
      title: "Fleet",
      group: go,
      keys: "g f",
      run: () => void navigate({ to: "/fleet" }),
    },
    {
      id: "go.landings",
      title: "Merge train",
      group: go,
      keys: "g m",
      run: () => void navigate({ to: "/landings" }),
    },
    {
      id: "go.new",
      title: "New task",
      group: go,
      keys: "n",
      run: () => void navigate({ to: "/new" }),
    },
    {
      id: "go.settings",
      title: "Settings",
      group: go,
      keys: "g s",
      run: () => void navigate({ to: "/settings" }),
    },
    { id: "theme.light", title: "Light theme", group: "Appearance", run: () => theme.set("light") },
    { id: "theme.dark", title: "Dark theme", group: "Appearance", run: () => theme.set("dark") },
    {
      id: "theme.system",
      title: "Theme of the system",
      group: "Appearance",
      run: () => theme.set("system"),
    },
  ]);
}
