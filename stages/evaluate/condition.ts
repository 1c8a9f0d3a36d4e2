// The two conditions a gate can put to an evaluation: a figure against a bound, or one model against another.
import type { Comparison, Difference, Evaluation, GateVerdict, MetricName } from "./evaluation.ts"

const lowerIsBetter = new Set(["nllPerToken", "nllPerByte"])

const round = (value: number): string => {
  const size = Math.abs(value)
  return size >= 100 ? value.toFixed(1) : size >= 10 ? value.toFixed(2) : value.toFixed(3)
}

const listed = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(", ")

const scores = (evaluation: Evaluation, model: string) => {
  const found = evaluation.models[model]
  if (found === undefined)
    throw new Error(`the report has no model "${model}"; its models are ${listed(Object.keys(evaluation.models))}`)
  return found
}

const figure = (evaluation: Evaluation, model: string, metric: string): number => {
  const all = scores(evaluation, model)
  const found = all[metric as MetricName] as unknown
  if (typeof found === "object" && found !== null) return all[metric as MetricName].estimate
  const names = Object.entries(all).flatMap(([name, value]) => (typeof value === "object" ? [name] : []))
  throw new Error(`the report has no metric "${metric}" of "${model}"; its metrics are ${listed(names)}`)
}

/** Whether `MODEL/METRIC` lies within the bounds. */
export const withinBounds = (
  evaluation: Evaluation,
  path: string,
  bounds: { readonly atLeast: number | undefined; readonly atMost: number | undefined }
): GateVerdict => {
  const slash = path.lastIndexOf("/")
  if (slash < 1) throw new Error(`evaluate.gate: metric "${path}" names no model; write "MODEL/${path}"`)
  const value = figure(evaluation, path.slice(0, slash), path.slice(slash + 1))
  const tooLow = bounds.atLeast !== undefined && !(value >= bounds.atLeast)
  const tooHigh = bounds.atMost !== undefined && !(value <= bounds.atMost)
  const asked = [
    ...(bounds.atLeast === undefined ? [] : [`at least ${bounds.atLeast}`]),
    ...(bounds.atMost === undefined ? [] : [`at most ${bounds.atMost}`])
  ].join(" and ")
  const passed = !tooLow && !tooHigh
  return { passed, sentence: `${path} is ${round(value)}, ${passed ? "" : "not "}${asked}.` }
}

const flip = (comparison: Comparison): Comparison => {
  const turned = ({ estimate, low, high, p }: Difference): Difference => ({
    estimate: -estimate,
    low: -high,
    high: -low,
    p
  })
  const { exactMatch } = comparison
  return {
    first: comparison.second,
    second: comparison.first,
    sameTokens: comparison.sameTokens,
    nllPerToken: turned(comparison.nllPerToken),
    nllPerByte: turned(comparison.nllPerByte),
    f1: turned(comparison.f1),
    rougeL: turned(comparison.rougeL),
    exactMatch: {
      ...exactMatch,
      estimate: -exactMatch.estimate,
      firstOnly: exactMatch.secondOnly,
      secondOnly: exactMatch.firstOnly
    }
  }
}

const comparisonOf = (evaluation: Evaluation, better: string, than: string): Comparison => {
  scores(evaluation, better)
  scores(evaluation, than)
  const found = evaluation.comparisons.find(({ first, second }) => first === better && second === than)
  if (found !== undefined) return found
  const reversed = evaluation.comparisons.find(({ first, second }) => first === than && second === better)
  if (reversed === undefined) throw new Error(`the report does not compare "${better}" with "${than}"`)
  return flip(reversed)
}

/** The paired difference that decides a metric. */
const deciding = (metric: Exclude<MetricName, "exactMatch">, sameTokens: boolean) => {
  if (metric === "perplexity" || metric === "nllPerToken") return sameTokens ? "nllPerToken" : "nllPerByte"
  return metric === "bitsPerByte" ? "nllPerByte" : metric
}

/**
 * Whether `better` beats `than` on the same examples: the 95 % interval of the paired difference lies wholly on the
 * better side of 0; for exact match, McNemar's p is below 0.05. Perplexities of different tokenizers do not compare,
 * so nats per byte decide there.
 */
export const beats = (evaluation: Evaluation, metric: string, better: string, than: string): GateVerdict => {
  const comparison = comparisonOf(evaluation, better, than)
  const figures = `${better} has ${metric} ${round(figure(evaluation, better, metric))}, ${than} ${round(figure(evaluation, than, metric))}`
  if (metric === "exactMatch") {
    const { estimate, firstOnly, secondOnly, p } = comparison.exactMatch
    const sentence = `${figures}: ${firstOnly} answers right against ${secondOnly} where they differ, p = ${p.toPrecision(2)}.`
    return { passed: estimate > 0 && p < 0.05, sentence }
  }
  const name = deciding(metric as Exclude<MetricName, "exactMatch">, comparison.sameTokens)
  const { estimate, low, high } = comparison[name]
  const passed = lowerIsBetter.has(name) ? high < 0 : low > 0
  const sentence = `${figures}: a difference of ${round(estimate)} in ${name}, 95 % interval ${round(low)} to ${round(high)}, ${passed ? "which excludes 0" : high < 0 || low > 0 ? "in favour of the other" : "which includes 0"}.`
  return { passed, sentence }
}
