/** Fences 18–21: sockets of this machine, the network, and the one proxy out. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EGRESS_PORT } from "../../packages/tutti/src/workspace/sandbox/launcher.ts";
import { expectFence, withSide, type Side } from "./arena.ts";

type Listener = AsyncDisposable & {
  readonly port: number;
  /** Connections since the last question. */
  readonly arrivals: () => number;
};

async function listen(where: { path: string } | { host: string }): Promise<Listener> {
  let arrivals = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    arrivals += 1;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.end("hello\n");
  });
  server.listen("path" in where ? where : { ...where, port: 0 });
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    arrivals: () => {
      const before = arrivals;
      arrivals = 0;
      return before;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const TCP = `use IO::Socket::IP; my $s = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => 2);
  exit($s && <$s> ? 0 : 1)`;
const UNIX = `use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); my $n = $ARGV[0]; $n =~ s/^@/\\0/;
  connect(S, pack_sockaddr_un($n)) or exit 1; exit(<S> ? 0 : 1)`;

test("fence 18: a port of this machine is out of reach, directly and under every spelling", () =>
  expectFence(async (side) => {
    await using daemon = await listen({ host: "127.0.0.1" });
    const spellings = [
      "127.0.0.1",
      "localhost",
      "127.1",
      "2130706433",
      "0x7f.1",
      "0.0.0.0",
      "::ffff:127.0.0.1",
    ];
    const outcome: Record<string, boolean> = {};
    for (const spelling of spellings) {
      await side.perl(TCP, spelling, `${daemon.port}`);
      outcome[spelling] = daemon.arrivals() > 0;
    }
    if (side.isolation === "sandbox") await expectProxyRefuses(side, daemon);
    return outcome;
  }));

/** With a way out that lists another host, the proxy must not lead back here. */
async function expectProxyRefuses(side: Side, daemon: Listener): Promise<void> {
  const { port } = daemon;
  const targets = [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST.:${port}`,
    `127.1:${port}`,
    `2130706433:${port}`,
    `0x7f000001:${port}`,
    `[::1]:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `api.example.com%00.127.0.0.1:${port}`,
    `api.example.com@127.0.0.1:${port}`,
    `api.example.com:443:${port}`,
    `user:pass@api.example.com:443`,
    `api.example.com:22`,
  ];
  for (const verb of ["CONNECT", "GET"] as const) {
    const answers = await requests(side, { verb, targets, egress: ["api.example.com:443"] });
    expect(answers).toEqual(targets.map(() => expect.stringMatching(/^HTTP\/1\.1 40[03]/u)));
    // Listed names that lead back here, whatever else they lead to.
    const hosts = ["here.example", "both.example", "private.example", "metadata.example"];
    const names = hosts.map((host) => `${host}:${port}`);
    const ofNames = await requests(side, { verb, targets: names, egress: [...names] });
    expect(ofNames).toEqual(names.map(() => "HTTP/1.1 502 Bad Gateway"));
    expect(daemon.arrivals()).toBe(0);
    // The control: the same port is reached where the user lists it himself.
    const own = `127.0.0.1:${port}`;
    await requests(side, { verb, targets: [own], egress: [own] });
    expect(daemon.arrivals()).toBe(1);
  }
}

const REQUEST = `use IO::Socket::IP; my $verb = shift @ARGV; for my $t (@ARGV) {
  my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => ${EGRESS_PORT}, Timeout => 5) or do { print "none\\n"; next };
  my $u = $verb eq "CONNECT" ? $t : "http://$t/";
  print $s "$verb $u HTTP/1.1\\r\\nHost: $t\\r\\n\\r\\n"; my $l = <$s>; $l =~ s/\\r?\\n//; print "$l\\n"; }`;

type Requests = {
  readonly verb: "CONNECT" | "GET";
  readonly targets: readonly string[];
  readonly egress: string[];
};

/** First line of the proxy's answer to each request. */
async function requests(side: Side, { verb, targets, egress }: Requests): Promise<string[]> {
  const command = ["perl", "-e", REQUEST, verb, ...targets];
  const decisions: boolean[] = [];
  await using running = await side.launch({
    command,
    egress,
    onEgress: ({ allowed }) => decisions.push(allowed),
  });
  running.stdin.end();
  egress.push("127.0.0.1:1"); // a list that is changed later changes nothing
  let output = "";
  for await (const chunk of running.stdout) output += String(chunk);
  expect(decisions).toHaveLength(targets.length);
  return output.trim().split("\n");
}

test("fence 19: unix sockets of this machine are out of reach, by path and by abstract name", () =>
  expectFence(async (side) => {
    const runtime = join(side.folder, "run");
    mkdirSync(runtime);
    const abstract = `tutti-fence-${process.pid}-${side.isolation}`;
    const names = ["docker.sock", "bus", "X0", "agent.1"].map((name) => join(runtime, name));
    const outcome: Record<string, boolean> = {};
    for (const path of names) {
      await using service = await listen({ path });
      await side.perl(UNIX, path);
      outcome[path.slice(runtime.length + 1)] = service.arrivals() > 0;
    }
    await using service = await listen({ path: `\0${abstract}` });
    await side.perl(UNIX, `@${abstract}`);
    return { ...outcome, abstract: service.arrivals() > 0 };
  }));

/** Address of the name server that systemd-resolved keeps on a machine; here the test answers there. */
const NAME_SERVER = "127.0.0.53";
const ASKED = "\u0005fence\u0007example\u0000";
const QUERY = `use Socket; socket(my $s, AF_INET, SOCK_DGRAM, 0) or exit 1;
  my $q = pack("n6", 1, 0x0100, 1, 0, 0, 0) . pack("(C/a*)*", "fence", "example") . "\\0" . pack("n2", 1, 1);
  send($s, $q, 0, pack_sockaddr_in($ARGV[1], inet_aton($ARGV[0]))) or exit 1;`;

type NameServer = AsyncDisposable & {
  readonly port: number;
  /** Queries for the name that came until now. */
  readonly arrivals: () => Promise<number>;
};

async function openNameServer(): Promise<NameServer> {
  const socket = createSocket("udp4");
  const sentinel = "the last one";
  let arrivals = 0;
  let seen = Promise.withResolvers<void>();
  socket.on("message", (bytes) => {
    if (bytes.includes(ASKED)) arrivals += 1;
    if (bytes.toString() === sentinel) seen.resolve();
  });
  socket.bind(0, NAME_SERVER);
  await once(socket, "listening");
  const { port } = socket.address();
  return {
    port,
    // Datagrams of this machine come in order: with its own one, all those before it are here.
    arrivals: async () => {
      seen = Promise.withResolvers();
      socket.send(sentinel, port, NAME_SERVER);
      await seen.promise;
      return arrivals;
    },
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

const linksOf = (devices: string): string[] =>
  [...devices.matchAll(/^ *(\S+):/gmu)].map(([, name]) => name ?? "");

test("fence 19: a folder that holds a socket is not shown, for a read-only mount stops no connection", () =>
  withSide("sandbox", async (side) => {
    const path = join(side.outside, "agent.sock");
    await using service = await listen({ path });
    const { place, source } = side;
    const mount = { source: side.outside, target: side.outside, access: "read-only" as const };
    const command = ["perl", "-e", UNIX, path];
    await using control = await side.launch({
      command,
      place: { ...place, mounts: [...place.mounts, mount] },
    });
    await control.exited;
    expect(service.arrivals(), "mounted by hand, it answers").toBe(1);
    const { config } = source.policy;
    const shown = { ...config, sandbox: { ...config.sandbox, read: [side.outside] } };
    const asked = { ...source, policy: { ...source.policy, config: shown } };
    await expect(side.workspaces.authorPlace(asked)).rejects.toMatchObject({
      code: "sandbox.path",
    });
  }));

test("fence 20: there is no route and no name service without a proxy", () =>
  expectFence(async (side) => {
    // Addresses of this machine's own stand for the network: the control needs no other.
    await using outside = await listen({ host: "127.0.0.2" });
    await using names = await openNameServer();
    await side.perl(TCP, "127.0.0.2", `${outside.port}`);
    await side.perl(QUERY, NAME_SERVER, `${names.port}`);
    const looked = await side.sh("cat /proc/net/dev && readlink /proc/self/ns/net >&2");
    expect(looked.code).toBe(0);
    const here = linksOf(readFileSync("/proc/net/dev", "utf8"));
    expect(linksOf(looked.stdout)).toEqual(side.isolation === "sandbox" ? ["lo"] : here);
    return {
      "an address": outside.arrivals() > 0,
      "a name server": (await names.arrivals()) > 0,
      "this machine's network": looked.stderr.trim() === readlinkSync("/proc/self/ns/net"),
    };
  }));

test("fence 21: the proxy leads to listed hosts and ports alone", () =>
  expectFence(async (side) => {
    await using listed = await listen({ host: "127.0.0.1" });
    await using other = await listen({ host: "127.0.0.1" });
    const direct = async (port: number): Promise<boolean> => {
      await side.perl(TCP, "127.0.0.1", `${port}`);
      return other.arrivals() > 0;
    };
    if (side.isolation === "none") {
      return { unlisted: await direct(other.port) };
    }
    const egress = [`127.0.0.1:${listed.port}`];
    const targets = [
      `127.0.0.1:${listed.port}`,
      `127.0.0.1:${other.port}`,
      "127.0.0.1:1",
      "169.254.169.254:80",
      "10.0.0.1:443",
      "unlisted.example:443",
      `127.0.0.1:22`,
    ];
    const answers = await requests(side, { verb: "CONNECT", targets, egress });
    const [first, ...others] = answers;
    expect(first).toBe("HTTP/1.1 200 Connection established");
    expect(listed.arrivals()).toBe(1);
    expect(others).toEqual(others.map(() => "HTTP/1.1 403 Forbidden"));
    const plain = await requests(side, { verb: "GET", targets, egress: [egress[0] ?? ""] });
    expect(plain.slice(1)).toEqual(others);
    // An empty list is no proxy at all, not an open one.
    const closed = await side.perl(TCP, "127.0.0.1", `${EGRESS_PORT}`);
    expect(closed.code).toBe(1);
    return { unlisted: other.arrivals() > 0 };
  }));
