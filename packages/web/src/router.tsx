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
import { settingsSearch } from "./features/settings/settings-search.ts";
import { Empty, Failed } from "./ui/notice.tsx";

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => <Empty title="There is no such page." />,
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

const diff = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run/diff",
  component: lazyRouteComponent(() => import("./features/diff/diff-screen.tsx"), "DiffScreen"),
  validateSearch: diffAddress,
});

export const router = createRouter({
  routeTree: root.addChildren([home, board, fleet, newTask, run, settings, diff]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
