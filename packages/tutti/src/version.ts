/** Version of this program; the daemon and its commands must agree on it. */
export const VERSION = "0.1.0";
