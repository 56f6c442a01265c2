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

  it("is valid where it is built in", () => {
    for (const config of Object.values(BUILT_IN_PROVIDERS)) {
      expect(ProviderConfig.parse(config)).toEqual(config);
    }
  });
});
