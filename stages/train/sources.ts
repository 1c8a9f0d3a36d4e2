// Sources in a training: which rows of each are seen and how often, and what each had and lost of its loss.
import type { Adapter, CausalModel, Device, Mixture, TokenSequence, TrainResult } from "#sluice/model"
import type { Engine, Example } from "./training.ts"

/** One source's part in a training. */
export interface SourcePart {
  /** Rows that could be trained on, and how many the mixture took of them, repeated ones counted again. */
  readonly rows: number
  readonly taken: number
  /** Mean loss over a sample of its rows before and after, in nats a token. */
  readonly before: number
  readonly after: number
}

export type SourceTable = { readonly [source: string]: SourcePart }

/** Rows of a source that are scored to tell its loss. */
const sampled = 16

interface Given {
  readonly options: {
    readonly seed: number
    readonly sourceWeights?: Mixture["weights"]
    readonly temperature?: number
  }
  readonly threads: number
  readonly device: Device
}

interface Sourced {
  readonly model: CausalModel
  readonly adapter?: Adapter
  readonly examples: ReadonlyArray<Example>
}

/** The sequences in their mixture, and a measure of sources that compares what was trained with the start. */
export const mixed = async ({ options, threads, device }: Given, engine: Engine, training: Sourced) => {
  const examples = training.examples.filter(({ sequence }) => sequence !== undefined)
  const names = examples.map(({ source }) => source ?? "")
  const { sourceWeights = {}, temperature = 1, seed } = options
  const isMixed = Object.keys(sourceWeights).length > 0 || temperature !== 1
  const chosen = isMixed
    ? engine.mixSources(names, { weights: sourceWeights, temperature, seed })
    : examples.map((_, place) => place)
  const sequences = chosen.map((place) => examples[place]!.sequence!)
  const sources = [...new Set(names)].sort()
  const none = sources.length < 2
  const bySource = new Map<string, TokenSequence[]>(sources.map((source) => [source, []]))
  for (const { sequence, source = "" } of examples) {
    const sample = bySource.get(source)!
    if (sample.length < sampled && sequence!.mask.indexOf(1, 1) > 0) sample.push(sequence!)
  }
  const losses = async (model: CausalModel, adapter: Adapter | undefined) => {
    const found = new Map<string, number>()
    for (const [source, sample] of bySource) {
      const settings = { threads, device, ...(adapter && { adapter }) }
      const scores = await engine.scoreSequences(model, sample, settings)
      const tokens = scores.reduce((total, score) => total + score.tokens, 0)
      found.set(source, -scores.reduce((total, { logProb }) => total + logProb, 0) / Math.max(1, tokens))
    }
    return found
  }
  const before = none ? undefined : await losses(training.model, training.adapter)
  const measure = async ({ model, adapter }: TrainResult): Promise<SourceTable | undefined> => {
    if (before === undefined) return undefined
    const after = await losses(model, adapter)
    const count = (places: ReadonlyArray<number>, source: string): number =>
      places.filter((place) => names[place] === source).length
    return Object.fromEntries(
      sources.map((source) => [
        source,
        {
          rows: names.filter((name) => name === source).length,
          taken: count(chosen, source),
          before: before.get(source)!,
          after: after.get(source)!
        }
      ])
    )
  }
  return { sequences, measure }
}
