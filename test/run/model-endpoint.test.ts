// Where models are reached, as profiles and the environment say it: defaults, what is refused, and who stands above whom.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it, vi } from "vitest"
import { checkedEndpoints, endpointsOfEnvironment, modelsVariable } from "../../src/run/model-endpoint.ts"
import { runProfile } from "../../src/run/profile.ts"

afterEach(() => vi.unstubAllEnvs())

const url = "http://127.0.0.1:8000/v1"

describe("an endpoint", () => {
  it("has defaults, and an address without a slash at its end", () => {
    expect(checkedEndpoints("models", { a: { url: `${url}/` } })).toEqual({ a: { url, atOnce: 8, seconds: 300 } })
  })

  it("keeps what is said of it", () => {
    const said = {
      url,
      served: "org/a",
      keyVariable: "KEY",
      atOnce: 2,
      seconds: 9,
      price: { input: 1, output: 0 },
      budget: { calls: 3 }
    }
    expect(checkedEndpoints("models", { a: said })).toEqual({ a: said })
  })

  it.each([
    [[], "models is no object"],
    [{ a: url }, "models.a is no object"],
    [{ a: {} }, "models.a.url cannot be undefined"],
    [{ a: { url: "ftp://here" } }, 'models.a.url cannot be "ftp://here"'],
    [{ a: { url, keyVariable: 1 } }, "models.a.keyVariable cannot be 1"],
    [{ a: { url, atOnce: 0 } }, "models.a.atOnce cannot be 0"],
    [{ a: { url, atOnce: 1.5 } }, "models.a.atOnce cannot be 1.5"],
    [{ a: { url, seconds: 301 } }, "models.a.seconds cannot be 301"],
    [{ a: { url, price: 3 } }, "models.a.price is no object"],
    [{ a: { url, price: { input: 1 } } }, "models.a.price.output cannot be undefined"],
    [{ a: { url, price: { input: -1, output: 1 } } }, "models.a.price.input cannot be -1"],
    [{ a: { url, budget: { call: 1 } } }, 'models.a.budget has no "call"; did you mean "calls"?'],
    [{ a: { url, model: "b" } }, 'models.a has no use for "model"']
  ])("%j is refused", (given, message) => {
    expect(() => checkedEndpoints("models", given)).toThrow(message)
  })
})

describe("the environment", () => {
  it("says endpoints as JSON, or nothing", () => {
    expect(endpointsOfEnvironment({})).toEqual({})
    expect(endpointsOfEnvironment({ [modelsVariable]: "" })).toEqual({})
    expect(endpointsOfEnvironment({ [modelsVariable]: `{"a":{"url":"${url}"}}` })).toHaveProperty("a.url", url)
    expect(() => endpointsOfEnvironment({ [modelsVariable]: "{a" })).toThrow("SLUICE_MODELS is not JSON")
  })

  it("stands above the profile, model by model", () => {
    const root = mkdtempSync(join(tmpdir(), "sluice-endpoints-"))
    mkdirSync(join(root, "profiles"))
    const models = { a: { url: "http://a/v1" }, b: { url: "http://b/v1" } }
    writeFileSync(join(root, "profiles/local.json"), JSON.stringify({ models }))
    vi.stubEnv(modelsVariable, JSON.stringify({ b: { url }, c: { url } }))
    const { models: said } = runProfile({ root, storeRoot: join(root, ".sluice") }, "local", {}, root)
    expect(Object.entries(said!).map(([name, one]) => [name, one.url])).toEqual([
      ["a", "http://a/v1"],
      ["b", url],
      ["c", url]
    ])
    rmSync(root, { recursive: true })
  })
})
