// How much of each source a training sees: shares by weight and temperature, rows repeated or left out to meet them.
import { ModelError } from "../model-error.ts"
import { seededRandom, shuffledOrder } from "../random.ts"

/** How sources are mixed. */
export interface Mixture {
  /** Factors of single sources, 1 where none is given; 0 leaves a source out. */
  readonly weights?: Readonly<Record<string, number>>
  /** T of n^(1/T): 1 keeps sources by their size, a large one makes them equal (T5: Raffel et al., arXiv 1910.10683). */
  readonly temperature?: number
  readonly seed?: number
}

/** Whole numbers that sum to `total`, in proportion to `shares`: rounded down, then one more where most was cut off. */
const apportioned = (shares: readonly number[], total: number): number[] => {
  const sum = shares.reduce((all, share) => all + share, 0)
  const exact = shares.map((share) => (share / sum) * total)
  const counts = exact.map(Math.floor)
  const order = exact.map((_, at) => at).sort((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b)
  const rest = total - counts.reduce((all, count) => all + count, 0)
  for (const at of order.slice(0, rest)) counts[at]!++
  return counts
}

/**
 * Places of the rows to train on, as many as there are rows: a source of n rows gets a share ∝ weight · n^(1/T), its rows in
 * an order drawn from the seed, again and again until it is met. Throws `SLUICE_BAD_MIXTURE` for weights of unknown sources,
 * below 0 or 0 for all, and for a temperature that is not above 0.
 *
 * @example
 * import { mixSources } from "#sluice/model"
 * const sources = ["law", "law", "law", "law", "law", "law", "poems", "poems"]
 * mixSources(sources, { temperature: 1000 }).filter((place) => place > 5).length // → 4
 */
export const mixSources = (sources: readonly string[], mixture: Mixture): number[] => {
  const { weights = {}, temperature = 1, seed = 0 } = mixture
  const places = Map.groupBy(
    sources.map((_, place) => place),
    (place) => sources[place]!
  )
  const names = [...places.keys()].sort()
  const bad = (message: string): ModelError =>
    new ModelError("SLUICE_BAD_MIXTURE", message, {}, `the sources of these rows are ${names.join(", ")}`)
  for (const [name, weight] of Object.entries(weights)) {
    if (!places.has(name)) throw bad(`A weight is given for "${name}", which no row comes from.`)
    if (!(weight >= 0) || weight === Number.POSITIVE_INFINITY) {
      throw bad(`The weight of "${name}" is ${weight}; it must be 0 or more.`)
    }
  }
  if (!(temperature > 0)) throw bad(`The temperature is ${temperature}; it must be above 0.`)
  const shares = names.map((name) => (weights[name] ?? 1) * places.get(name)!.length ** (1 / temperature))
  if (sources.length > 0 && shares.every((share) => share === 0)) throw bad("All sources have the weight 0.")
  const counts = apportioned(shares, sources.length)
  const chosen = names.flatMap((name, at) => {
    const own = places.get(name)!
    const order = shuffledOrder(own.length, seededRandom(seed, `source ${name}`))
    return Array.from({ length: counts[at]! }, (_, turn) => own[order[turn % own.length]!]!)
  })
  return chosen.sort((a, b) => a - b)
}
