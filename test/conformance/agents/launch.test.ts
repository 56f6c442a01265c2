import { describeLaunch } from "./launching.ts";

describeLaunch();
