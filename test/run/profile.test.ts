// Run profiles: found by name, laid under what the command says, and refused with a reason.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runProfile } from "../../src/run/profile.ts"

let root: string

const files: { readonly [name: string]: string } = {
  "gpu.json": '{ "device": "webgpu", "workers": 3 }',
  "big.json": '{ "workers": 8 }',
  "typo.json": '{ "devcie": "cuda" }',
  "tpu.json": '{ "device": "tpu" }',
  "none.json": '{ "workers": 0 }',
  "half.json": '{ "workers": 1.5 }',
  "list.json": "[]",
  "broken.json": "{ device: cuda }"
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-profile-"))
  mkdirSync(join(root, "profiles"))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "profiles", name), text)
})
afterAll(() => rmSync(root, { recursive: true }))

const read = (name?: string, given: Parameters<typeof runProfile>[2] = {}) =>
  runProfile({ root, storeRoot: join(root, ".sluice") }, name, given, root)

describe("a run profile", () => {
  it("is one worker per core on the CPU, unless said otherwise", () => {
    expect(read()).toEqual({ workers: availableParallelism(), device: "cpu" })
    expect(read(undefined, { device: "cuda" })).toEqual({ workers: availableParallelism(), device: "cuda" })
  })

  it("is found by name or path", () => {
    expect(read("gpu")).toEqual({ workers: 3, device: "webgpu" })
    expect(read("profiles/big.json")).toEqual({ workers: 8, device: "cpu" })
  })

  it("gives way to what the command says", () => {
    expect(read("gpu", { workers: 2, device: undefined })).toEqual({ workers: 2, device: "webgpu" })
    expect(read("gpu", { device: "cpu" })).toEqual({ workers: 3, device: "cpu" })
  })

  it.each([
    ["typo", "SLUICE_UNKNOWN_OPTION", 'profiles/typo.json has no use for "devcie"; did you mean "device"?'],
    ["tpu", "SLUICE_UNKNOWN", 'profiles/tpu.json: there is no device "tpu"'],
    ["none", "SLUICE_BAD_OPTION", "profiles/none.json: workers cannot be 0"],
    ["half", "SLUICE_BAD_OPTION", "profiles/half.json: workers cannot be 1.5"],
    ["list", "SLUICE_BAD_INPUT", "profiles/list.json is no object"],
    ["broken", "SLUICE_BAD_INPUT", "profiles/broken.json is not JSON"],
    ["gup", "SLUICE_UNKNOWN", 'there is no profile "gup"; did you mean "gpu"?']
  ])("%s is refused", (name, code, message) => {
    expect(() => read(name)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
  })

  it("refuses a number of workers that the command gives", () => {
    expect(() => read("gpu", { workers: 257 })).toThrow("--workers cannot be 257")
  })
})
