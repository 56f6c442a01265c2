import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { expect, test } from "vitest";
import { EGRESS_PORT } from "../../../src/workspace/sandbox/launcher.ts";
import { rig, textOf } from "./rig.ts";

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listening(server: Server): Promise<Server> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Sends what it is told through a tunnel and prints what comes back. */
const TUNNEL = `use IO::Socket::IP; my ($t, $bytes) = @ARGV;
  my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => ${EGRESS_PORT}) or die "no proxy";
  print $s "CONNECT $t HTTP/1.1\\r\\nHost: $t\\r\\n\\r\\n"; my $l = <$s>; print $l; <$s>;
  print $s "x" x $bytes, "\\n"; my $n = 0; while (read($s, my $b, 65536)) { $n += length $b } print "$n\\n";`;

test("bytes pass through a tunnel to a listed address, both ways, and the decision is recorded", async () => {
  using scene = rig();
  const echo = await listening(
    createServer((socket) => {
      let seen = 0;
      socket.on("data", (chunk) => {
        seen += chunk.length;
        if (chunk.at(-1) === 10) socket.end("y".repeat(seen));
      });
      socket.on("error", () => socket.destroy());
    }),
  );
  try {
    const target = `127.0.0.1:${portOf(echo)}`;
    const decisions: unknown[] = [];
    await using running = await scene.start("", {
      command: ["perl", "-e", TUNNEL, target, "3000000"],
      egress: [target],
      onEgress: (decision) => decisions.push(decision),
    });
    const output = await textOf(running.stdout);
    expect(output.split("\n").map((line) => line.trim())).toEqual([
      "HTTP/1.1 200 Connection established",
      "3000001",
      "",
    ]);
    expect(decisions).toEqual([{ host: target, allowed: true }]);
  } finally {
    echo.close();
  }
});

test("Node's own fetch inside asks the proxy", async () => {
  using scene = rig();
  const decisions: unknown[] = [];
  const node = { source: process.execPath, target: "/run/node", access: "read-only" as const };
  const program = `fetch("https://unlisted.example/").catch(() => console.log("refused"))`;
  await using running = await scene.start("", {
    command: ["/run/node", "-e", program],
    place: { ...scene.place, mounts: [...scene.place.mounts, node] },
    egress: ["api.example.com:443"],
    onEgress: (decision) => decisions.push(decision),
  });
  expect(await textOf(running.stdout)).toBe("refused\n");
  expect(decisions).toEqual([{ host: "unlisted.example:443", allowed: false }]);
});

test("a listed name that leads back to this machine is not connected to", async () => {
  using scene = rig();
  let arrivals = 0;
  const trap = await listening(createServer(() => (arrivals += 1)));
  try {
    // Resolves to the loopback on every machine, by the resolver or by /etc/hosts.
    const target = `ip6-localhost:${portOf(trap)}`;
    await using running = await scene.start("", {
      command: ["perl", "-e", TUNNEL, target, "1"],
      egress: [target],
    });
    expect(await textOf(running.stdout)).toContain("502 Bad Gateway");
    expect(arrivals).toBe(0);
  } finally {
    trap.close();
  }
});

const ask = (text: string): string =>
  `use IO::Socket::IP; my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => ${EGRESS_PORT});
   print $s ${JSON.stringify(text)}; print while <$s>;`;

test("nonsense is refused in one line", async () => {
  using scene = rig();
  const decisions: unknown[] = [];
  await using running = await scene.start("", {
    command: ["perl", "-e", ask("hello\r\n\r\n")],
    egress: ["api.example.com:443"],
    onEgress: (decision) => decisions.push(decision),
  });
  expect(await textOf(running.stdout)).toMatch(/^HTTP\/1\.1 400 .*not an HTTP request/su);
  expect(decisions).toEqual([{ host: "(not a request)", allowed: false }]);
});

test("with a person to ask there is a proxy for an empty list too, and his answer counts at once", async () => {
  using scene = rig();
  const server = await listening(
    createServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nhello\n")),
  );
  try {
    const target = `public.example:${portOf(server)}`;
    const denied: string[] = [];
    let isAllowed = false;
    const twice = `for my $round (1, 2) { ${ask(`GET http://${target}/ HTTP/1.1\r\nHost: ${target}\r\n\r\n`)} print "\n--\n"; $| = 1; <STDIN> }`;
    const { outside } = scene.named({ "public.example": "127.0.0.9" });
    await using running = await outside.launch({
      place: scene.place,
      command: ["perl", "-e", twice],
      egress: [],
      egressAnswers: { allows: () => isAllowed, denied: (name) => denied.push(name) },
      owner: "test",
    });
    const output = running.stdout[Symbol.asyncIterator]();
    const answered = async (): Promise<string> => {
      let text = "";
      for (let next = await output.next(); next.done !== true; next = await output.next()) {
        text += String(next.value);
        if (text.includes("--")) break;
      }
      return text;
    };
    const first = await answered();
    expect(first).toMatch(/^HTTP\/1\.1 403/u);
    expect(denied).toEqual([target]);
    isAllowed = true;
    running.stdin.write("go on\n");
    const second = await answered();
    // Allowed, but the name leads back to this machine: that is another question.
    expect(second).toMatch(/^HTTP\/1\.1 502/u);
    expect(denied).toEqual([target]);
  } finally {
    server.close();
  }
});
