import { describe, expect, it } from "vitest";
import { BUILT_IN_PROVIDERS, ProviderConfig, ProviderUrl } from "../src/provider.ts";

describe("a provider's address", () => {
  it.each([
    "https://api.example.com",
    "https://proxy.example.com:8443/llm/v1",
    "http://127.0.0.1:11434",
    "http://localhost:8000/v1",
    "http://[::1]:8000",
    "http://192.168.1.20:1234",
    "http://gpu-box:8000",
    "http://models.internal",
  ])("may be %s", (url) => {
    expect(ProviderUrl.safeParse(url).success).toBe(true);
  });

  it.each([
    "http://api.example.com",
    "http://8.8.8.8",
    "http://127.0.0.1.example.com",
    "https://user:secret@api.example.com",
    "https://api.example.com?key=1",
    "https://api.example.com/#x",
    "ftp://127.0.0.1",
    "127.0.0.1:11434",
    "https://",
  ])("may not be %s", (url) => {
    expect(ProviderUrl.safeParse(url).success).toBe(false);
  });
});

const sends = (config: object) =>
  ProviderConfig.safeParse({ dialect: "anthropic", key: "COMPANY_KEY", ...config });

describe("a provider", () => {
  const url = "http://127.0.0.1:11434";

  it("names its key or says that it takes none, and not both", () => {
    const dialect = "openai-compatible";
    const accepts = (config: object): boolean =>
      ProviderConfig.safeParse({ dialect, url, ...config }).success;
    expect(accepts({ key: "COMPANY_KEY" })).toBe(true);
    expect(accepts({ keyless: true })).toBe(true);
    expect(accepts({})).toBe(false);
    expect(accepts({ key: "COMPANY_KEY", keyless: true })).toBe(false);
    expect(accepts({ key: "sk-the-key-itself" })).toBe(false);
  });

  it.each([
    "https://models.example.com",
    "http://127.0.0.1:4000",
    "http://127.8.9.1",
    "http://localhost/v1",
    "http://[::1]:4000",
  ])("may send its key to %s", (to) => {
    expect(sends({ url: to }).success).toBe(true);
  });

  it.each([
    "http://gpu-box:8000",
    "http://192.168.1.20:1234",
    "http://models.internal",
    "http://models.localhost",
    "http://localhost.local",
    "http://[fd00::1]:8000",
  ])("sends its key to %s only when that is wanted", (to) => {
    const refused = sends({ url: to });
    expect(refused.error?.issues).toMatchObject([
      { path: ["url"], message: expect.stringContaining("unencrypted; use https, or say") },
    ]);
    expect(sends({ url: to, plainTextKey: true }).success).toBe(true);
    expect(sends({ url: to, key: undefined, keyless: true }).success).toBe(true);
  });

  it("never sends a key or a request without TLS beyond a private network", () => {
    expect(sends({ url: "http://api.example.com", plainTextKey: true }).success).toBe(false);
  });

  it("is valid where it is built in", () => {
    for (const config of Object.values(BUILT_IN_PROVIDERS)) {
      expect(ProviderConfig.parse(config)).toEqual(config);
    }
  });
});
