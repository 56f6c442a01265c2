// Hands this process's terminal, signals and exit code to another Node.
import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs `node args…` with inherited stdio and resolves to its exit code (128 + n after signal n).
 * SIGTERM and SIGHUP are passed on. A terminal delivers Ctrl-C to both processes by itself, so
 * SIGINT is passed on only without one: two of them would read as "stop at once".
 */
export function runNode(node, args, { env = process.env, cwd = process.cwd() } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: "inherit", env, cwd });
    const passOn = (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, passOn);
    const release = () => {
      for (const signal of signals) process.off(signal, passOn);
    };
    child.once("error", (error) => {
      release();
      reject(error);
    });
    child.once("exit", (code, signal) => {
      release();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
