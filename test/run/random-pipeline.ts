// Random small pipelines over all seven kinds of stage with fan-in and fan-out, and random edits of their options.
import type { CallSpec } from "./fixtures/build.ts"
import type { Random } from "./random-numbers.ts"

export const sourceFolders = { lines: "a", placed: "b", keyed: "k" } as const

const words = ["ash", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper", "oak", "quince"]

/** A line of text with a few words, spaces where a trim finds them, and now and then a tag. */
export const randomText = (random: Random): string => {
  const count = random.between(1, 5)
  const text = Array.from({ length: count }, () => random.pick(words)).join(random.chance(0.1) ? "  " : " ")
  const tail = random.chance(0.3) ? `#${random.pick(words)}` : ""
  return `${text}${random.chance(0.5) ? ` ${random.below(1000)}` : ""}${tail}${random.chance(0.1) ? " " : ""}`
}

interface Known {
  readonly id: string
  readonly kind: "dataset" | "model"
  /** Where its row ids come from: datasets without a common origin may be joined. */
  readonly origins: ReadonlySet<string>
}

const steps: ReadonlyArray<{ readonly stage: string; readonly options: (random: Random) => object }> = [
  { stage: "trim", options: () => ({}) },
  { stage: "mark", options: (r) => ({ mark: r.pick(["-", "+"]), ...(r.chance(0.4) ? { on: "group" } : {}) }) },
  { stage: "shout", options: (r) => (r.chance(0.5) ? { text: r.pick(["text", "group"]) } : {}) },
  { stage: "tag", options: () => ({}) },
  { stage: "long", options: (r) => ({ minWords: r.between(1, 4) }) },
  { stage: "without", options: (r) => ({ letter: r.pick(["q", "z", "g"]) }) },
  { stage: "words", options: (r) => ({ most: r.between(1, 3) }) },
  { stage: "distinct", options: (r) => (r.chance(0.5) ? { by: r.pick(["text", "group"]) } : {}) },
  { stage: "against", options: (r) => ({ letters: r.between(2, 4), most: r.between(3, 6) }) },
  { stage: "split", options: (r) => ({ by: "group", test: r.pick([0.2, 0.5]), seed: r.below(5) }) },
  { stage: "sample", options: (r) => (r.chance(0.5) ? { share: 0.6, seed: r.below(5) } : { rows: 7 }) },
  { stage: "subtract", options: () => ({}) },
  { stage: "union", options: () => ({}) },
  { stage: "groups", options: (r) => ({ join: r.pick([" ", "/"]) }) },
  { stage: "learn", options: (r) => ({ least: r.between(0, 6) }) },
  { stage: "judge", options: () => ({}) }
]

const byStage = new Map(steps.map((step) => [step.stage, step]))
const unnamed = new Set(["union", "subtract"])

const disjoint = (a: Known, b: Known) => [...a.origins].every((origin) => !b.origins.has(origin))

/** A pipeline in the making: calls so far and what may still be attached to. */
class Sketch {
  readonly calls: Array<CallSpec> = []
  readonly #known: Array<Known> = []
  readonly #random: Random
  #programs = 0

  constructor(random: Random) {
    this.#random = random
  }

  source(stage: keyof typeof sourceFolders, folder: string) {
    const options = {
      path: `${folder}/${sourceFolders[stage]}/*.txt`,
      partitionBytes: this.#random.pick([120, 300]),
      ...(stage === "keyed" ? { key: "id" } : {})
    }
    this.#add(stage, [], options, new Set([stage]))
  }

  #add(stage: string, from: ReadonlyArray<Known>, options: object, origins: ReadonlySet<string>) {
    const id = `${stage}${this.calls.length}`
    const named = unnamed.has(stage) ? options : { ...options, name: id }
    this.calls.push({ id, stage, from: from.map((known) => known.id), options: named as never })
    if (stage === "split")
      for (const part of ["train", "test"])
        this.#known.push({
          id: `${id}:${part}`,
          kind: "dataset",
          origins: new Set([...origins].map((origin) => `${origin} ${id}:${part}`))
        })
    else if (stage === "learn") this.#known.push({ id, kind: "model", origins })
    else if (stage !== "judge") this.#known.push({ id, kind: "dataset", origins })
  }

  /** Attaches one more stage; false where what was drawn does not fit. */
  grow(programs: number): boolean {
    const { stage, options } = this.#random.pick(steps)
    const datasets = this.#known.filter(({ kind }) => kind === "dataset")
    const first = this.#random.chance(0.7) ? datasets[datasets.length - 1]! : this.#random.pick(datasets)
    const given = options(this.#random)
    if (stage === "learn" || stage === "judge") {
      if (this.#programs >= programs) return false
      const model = this.#known.find(({ kind }) => kind === "model")
      if (stage === "judge" && model === undefined) return false
      this.#programs++
      this.#add(stage, stage === "judge" ? [model!, first] : [first], given, first.origins)
      return true
    }
    if (stage === "against" || stage === "subtract") {
      const others = stage === "against" ? Array.from({ length: 2 }, () => this.#random.pick(datasets)) : []
      this.#add(
        stage,
        [first, ...others, ...(stage === "subtract" ? [this.#random.pick(datasets)] : [])],
        given,
        first.origins
      )
      return true
    }
    if (stage === "union") {
      const other = datasets.find((known) => disjoint(known, first))
      if (other === undefined) return false
      this.#add(stage, [first, other], given, new Set([...first.origins, ...other.origins]))
      return true
    }
    const label = JSON.stringify(given)
    const origins =
      stage === "words"
        ? new Set([...first.origins].map((origin) => `${origin}>${label}`))
        : stage === "groups"
          ? new Set([`groups ${label}`])
          : first.origins
    this.#add(stage, [first], given, origins)
    return true
  }
}

/** A pipeline over the files below `folder`: one or two sources, `size` stages, at most `programs` programs. */
export const randomPipeline = (random: Random, folder: string, size: number, programs: number): Array<CallSpec> => {
  const sketch = new Sketch(random)
  const kinds = (["lines", "placed", "keyed"] as const).filter(() => random.chance(0.6))
  for (const kind of kinds.length === 0 ? (["lines"] as const) : kinds) sketch.source(kind, folder)
  const end = sketch.calls.length + size
  while (sketch.calls.length < end) sketch.grow(programs)
  return sketch.calls
}

/** The same calls with the options of one of them drawn anew. */
export const editOptions = (random: Random, calls: ReadonlyArray<CallSpec>): Array<CallSpec> => {
  const at = random.below(calls.length)
  return calls.map((call, index) => {
    if (index !== at) return call
    const step = byStage.get(call.stage)
    if (step === undefined) return { ...call, options: { ...call.options, partitionBytes: random.between(60, 500) } }
    const { name } = call.options
    return { ...call, options: { ...step.options(random), ...(name === undefined ? {} : { name }) } }
  })
}
