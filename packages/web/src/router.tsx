/** Every screen by its address; the address holds all of the view. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { Frame } from "./frame/frame.tsx";
import { HomeScreen } from "./features/attention/home-screen.tsx";
import { boardSearch } from "./features/board/board-search.ts";
import { diffAddress } from "./features/diff/diff-address.ts";
import { homeSearch } from "./features/attention/home-search.ts";
import { fleetSearch } from "./features/fleet/fleet-search.ts";
import { newTaskSearch } from "./features/new-task/new-task-search.ts";
import {
  overviewSearch,
  placeSearch,
  recordSearch,
  transcriptSearch,
} from "./features/run/run-search.ts";
import { settingsSearch } from "./features/settings/settings-search.ts";
import { terminalSearch } from "./features/terminal/terminal-search.ts";
import { ScreenHeading } from "./ui/heading.tsx";
import { Empty, Failed } from "./ui/notice.tsx";

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => (
    <>
      <ScreenHeading title="There is no such page" />
      <Empty title="Nothing is at this address." />
    </>
  ),
  errorComponent: ({ error }) => <Failed error={error} onRetry={() => location.reload()} />,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: HomeScreen,
  validateSearch: homeSearch,
});

const board = createRoute({
  getParentRoute: () => root,
  path: "/board",
  component: lazyRouteComponent(() => import("./features/board/board-screen.tsx"), "BoardScreen"),
  validateSearch: boardSearch,
});

const fleet = createRoute({
  getParentRoute: () => root,
  path: "/fleet",
  component: lazyRouteComponent(() => import("./features/fleet/fleet-screen.tsx"), "FleetScreen"),
  validateSearch: fleetSearch,
});

const landings = createRoute({
  getParentRoute: () => root,
  path: "/landings",
  component: lazyRouteComponent(
    () => import("./features/landings/landings-screen.tsx"),
    "LandingsScreen",
  ),
});

const newTask = createRoute({
  getParentRoute: () => root,
  path: "/new",
  component: lazyRouteComponent(
    () => import("./features/new-task/new-task-screen.tsx"),
    "NewTaskScreen",
  ),
  validateSearch: newTaskSearch,
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run",
  component: lazyRouteComponent(() => import("./features/run/run-screen.tsx"), "RunScreen"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(
    () => import("./features/settings/settings-screen.tsx"),
    "SettingsScreen",
  ),
  validateSearch: settingsSearch,
});

const overview = createRoute({
  getParentRoute: () => run,
  path: "/",
  component: lazyRouteComponent(() => import("./features/run/overview-tab.tsx"), "OverviewTab"),
  validateSearch: overviewSearch,
});

const transcript = createRoute({
  getParentRoute: () => run,
  path: "/transcript",
  component: lazyRouteComponent(() => import("./features/run/transcript-tab.tsx"), "TranscriptTab"),
  validateSearch: transcriptSearch,
});

const spec = createRoute({
  getParentRoute: () => run,
  path: "/spec",
  component: lazyRouteComponent(() => import("./features/run/spec-tab.tsx"), "SpecTab"),
  validateSearch: placeSearch,
});

const diff = createRoute({
  getParentRoute: () => run,
  path: "/diff",
  component: lazyRouteComponent(() => import("./features/run/diff-of-run.tsx"), "DiffOfRun"),
  validateSearch: diffAddress,
});

const checks = createRoute({
  getParentRoute: () => run,
  path: "/checks",
  component: lazyRouteComponent(() => import("./features/run/checks-tab.tsx"), "ChecksTab"),
  validateSearch: placeSearch,
});

const findings = createRoute({
  getParentRoute: () => run,
  path: "/findings",
  component: lazyRouteComponent(() => import("./features/run/findings-tab.tsx"), "FindingsTab"),
  validateSearch: placeSearch,
});

const record = createRoute({
  getParentRoute: () => run,
  path: "/record",
  component: lazyRouteComponent(() => import("./features/run/record-tab.tsx"), "RecordTab"),
  validateSearch: recordSearch,
});

const terminal = createRoute({
  getParentRoute: () => run,
  path: "/terminal",
  component: lazyRouteComponent(
    () => import("./features/terminal/terminal-tab.tsx"),
    "TerminalTab",
  ),
  validateSearch: terminalSearch,
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    board,
    fleet,
    landings,
    newTask,
    run.addChildren([overview, transcript, spec, diff, checks, findings, record, terminal]),
    settings,
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
