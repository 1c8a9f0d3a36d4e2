// Adapters and merged models that sluice wrote, loaded by peft and transformers: the same scores of next tokens.
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  createIa3,
  createLora,
  mergeAdapter,
  nextTokenLogits,
  saveAdapter,
  saveModel,
  trainCausal
} from "../../src/model/index.ts"
import type { AdaptedModel } from "../../src/model/train/adapters/adapter.ts"
import { architectures } from "../../src/model/architectures/index.ts"
import { adapterMethods } from "../../src/model/train/adapters/index.ts"
import { madeModel, shapes } from "../model/architectures/families.ts"
import { type AdapterCase, adapterCases } from "../model/train/adapters/cases.ts"
import { recordedIds } from "../model/train/adapters/made-weights.ts"
import { randomSequences } from "../model/tiny-model.ts"
import { torchEnvironment } from "./environment.ts"

const environment = torchEnvironment()
const skipped = "missing" in environment
const reason = skipped ? ` (skipped: no Python with torch and peft could be made: ${environment.missing})` : ""
if (skipped) console.warn(`test:torch${reason}`)

const families: readonly AdapterCase[] = Object.entries(shapes).flatMap(([kind, shape]) => {
  const model = madeModel(shape)
  return [
    { name: `${kind}-lora`, model, adapter: createLora(model, { rank: 4, targets: "all-linear" }) },
    { name: `${kind}-ia3`, model, adapter: createIa3(model) },
    {
      name: `${kind}-whole`,
      model,
      adapter: createLora(model, {
        rank: 4,
        targets: [architectures.get(kind)!.names.embeddings.split(".").at(-1)!, architectures.get(kind)!.names.query],
        bias: "all",
        modulesToSave: [kind === "gpt2" ? "ln_f" : "model.norm"]
      })
    }
  ]
})
const known = [...adapterCases.filter(({ adapter }) => adapter.kind !== "bottleneck"), ...families]
const isMergeable = (kind: string): boolean => adapterMethods.get(kind)!.merge !== undefined

describe.skipIf(skipped)(`torch${reason}`, { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-torch-"))
  const ours = new Map<string, Float32Array>()
  const theirs = new Map<string, readonly number[]>()

  beforeAll(async () => {
    const models: { name: string; base: string; adapter?: string }[] = []
    const bases = new Map<AdaptedModel, string>()
    for (const { name, model, adapter: given } of known) {
      let base = bases.get(model)
      if (base === undefined) {
        base = join(folder, `base-${bases.size}`)
        bases.set(model, base)
        saveModel(base, model)
        models.push({ name: base, base })
        ours.set(base, (await nextTokenLogits(model, [recordedIds]))[0]!)
      }
      const sequences = randomSequences([9, 7], model.config.vocabSize)
      const options = { maxLength: 40, batchSize: 2, epochs: 5, lr: 1e-2 }
      const { adapter } = await trainCausal({ model, adapter: given, sequences, options })
      saveAdapter(join(folder, name), adapter!, base, model.config)
      models.push({ name, base, adapter: join(folder, name) })
      ours.set(name, (await nextTokenLogits(model, [recordedIds], { adapter: adapter! }))[0]!)
      if (!isMergeable(adapter!.kind)) continue
      const merged = mergeAdapter(model, adapter!)
      saveModel(join(folder, `${name}-merged`), merged)
      models.push({ name: `${name}-merged`, base: join(folder, `${name}-merged`) })
      ours.set(`${name}-merged`, (await nextTokenLogits(merged, [recordedIds]))[0]!)
    }
    const { python } = environment as { readonly python: string }
    const input = JSON.stringify({ ids: [...recordedIds], models })
    const env = { ...process.env, HF_HUB_OFFLINE: "1", TRANSFORMERS_VERBOSITY: "error" }
    const script = join(import.meta.dirname, "scores.py")
    const output = execFileSync(python, [script], { input, env, stdio: ["pipe", "pipe", "pipe"], maxBuffer: 2 ** 26 })
    const found: number[][] = JSON.parse(output.toString())
    models.forEach(({ name }, at) => {
      theirs.set(name, found[at]!)
    })
  }, 600_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const worst = (name: string): number => {
    const [mine, other] = [ours.get(name)!, theirs.get(name)!]
    expect(mine.length).toBe(other.length)
    return Math.max(...mine.map((value, at) => Math.abs(value - other[at]!)))
  }

  test("bases score alike in transformers", () => {
    const bases = [...ours.keys()].filter((name) => name.includes("base-"))
    expect(bases.length).toBeGreaterThan(2)
    for (const base of bases) expect(worst(base)).toBeLessThan(1e-4)
  })

  test.each(known)("$name scores alike in peft", ({ name }) => {
    expect(worst(name)).toBeLessThan(1e-4)
  })

  test.each(known.filter(({ adapter }) => isMergeable(adapter.kind)))(
    "$name, merged, scores alike in transformers",
    ({ name }) => {
      expect(worst(`${name}-merged`)).toBeLessThan(1e-4)
    }
  )
})
