// An accepted refactoring counts for exactly the code it was given for, and leaves nothing behind when it is taken back.
import { describe, expect, it } from "vitest"
import type { Code } from "../../src/graph/code.ts"
import { acceptedCode } from "../../src/run/accepted-code.ts"
import type { Acceptance, Hashes } from "../../src/store/acceptance.ts"

const record = (hash: string) => ({ hash, symbols: [], packages: [], assets: [], effects: [] })

const code = (hashes: Hashes): Code => ({
  functions: Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [name, record(hash)])),
  impure: undefined
})

const accepted = (before: Hashes, after: Hashes, more: Partial<Acceptance> = {}): Acceptance => ({
  id: `${Object.values(before)} to ${Object.values(after)}`,
  pipeline: "p",
  node: "n",
  stage: "s.one",
  functions: [{ before, after }],
  changes: [],
  because: "it is the same",
  by: "somebody",
  at: "2026-01-02T03:04:05.000Z",
  ...more
})

const revoked = (used: boolean): Partial<Acceptance> => ({
  revoked: { by: "somebody", at: "2026-01-03T03:04:05.000Z", used }
})

/** The hashes that keys see. */
const seen = (all: ReadonlyArray<Acceptance>, hashes: Hashes, stage = "s.one"): Hashes =>
  Object.fromEntries(
    Object.entries(acceptedCode(all, stage, code(hashes)).code.functions).map(([name, { hash }]) => [name, hash])
  )

describe("an acceptance", () => {
  const all = [accepted({ measure: "m1" }, { measure: "m2" })]

  it("makes the new code count as the old", () => {
    expect(seen(all, { measure: "m2", decide: "d1" })).toEqual({ measure: "m1", decide: "d1" })
    expect(acceptedCode(all, "s.one", code({ measure: "m2" })).acceptances).toEqual(all)
  })

  it("counts for no other code, stage or function", () => {
    for (const hashes of [{ measure: "m3" }, { measure: "m1" }, { decide: "m2" }, { measure: "m2", measureBatch: "b" }])
      expect(seen(all, hashes)).toEqual(hashes)
    expect(seen(all, { measure: "m2" }, "s.two")).toEqual({ measure: "m2" })
    expect(acceptedCode(all, "s.one", code({ measure: "m3" })).acceptances).toEqual([])
  })

  it("stays where another function of the stage is edited", () => {
    expect(seen(all, { measure: "m2", decide: "d2" })).toEqual({ measure: "m1", decide: "d2" })
  })

  it("takes a form for batches together with the form for rows", () => {
    const batched = [accepted({ measure: "m1" }, { measure: "m1", measureBatch: "b1" })]
    expect(seen(batched, { measure: "m1", measureBatch: "b1" })).toEqual({ measure: "m1" })
    expect(seen(batched, { measure: "m2", measureBatch: "b1" })).toEqual({ measure: "m2", measureBatch: "b1" })
  })

  it("of the latest counts where there are several for one code", () => {
    const two = [...all, accepted({ measure: "m0" }, { measure: "m2" })]
    expect(seen(two, { measure: "m2" })).toEqual({ measure: "m0" })
  })
})

describe("a revoked acceptance", () => {
  it("counts no more", () => {
    const all = [accepted({ measure: "m1" }, { measure: "m2" }, revoked(false))]
    for (const hashes of [{ measure: "m1" }, { measure: "m2" }]) expect(seen(all, hashes)).toEqual(hashes)
  })

  it("takes the trust from what was stored under the old code while it held", () => {
    const all = [accepted({ measure: "m1" }, { measure: "m2" }, revoked(true))]
    expect(seen(all, { measure: "m2" })).toEqual({ measure: "m2" })
    const old = seen(all, { measure: "m1" })
    expect(Object.keys(old)).toEqual(["measure"])
    expect(old).not.toEqual({ measure: "m1" })
    expect(seen(all, { measure: "m1" })).toEqual(old)
    expect(acceptedCode(all, "s.one", code({ measure: "m1" })).acceptances).toEqual([])
  })

  it("takes it from code that was accepted to be the same as the old as well", () => {
    const all = [
      accepted({ measure: "m1" }, { measure: "m2" }, revoked(true)),
      accepted({ measure: "m1" }, { measure: "m3" })
    ]
    expect(seen(all, { measure: "m3" })).toEqual(seen(all, { measure: "m1" }))
    expect(seen(all, { measure: "m3" })).not.toEqual({ measure: "m1" })
  })
})
