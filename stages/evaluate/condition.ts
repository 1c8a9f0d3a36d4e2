// The two conditions a gate can put to an evaluation: a figure against a bound, or one model against another.
import type { Comparison, Difference, Evaluation, GateVerdict, MetricName } from "./evaluation.ts"

const lowerIsBetter = new Set(["nllPerToken", "nllPerByte"])

/** Metrics and the units of differences in words. */
const words: { readonly [M in MetricName]: string } = {
  perplexity: "answer perplexity",
  nllPerToken: "nats per token",
  nllPerByte: "nats per byte",
  bitsPerByte: "bits per byte",
  exactMatch: "exact match",
  f1: "token F1",
  rougeL: "ROUGE-L"
}

const round = (value: number): string => {
  const size = Math.abs(value)
  return `${value < 0 ? "−" : ""}${size >= 100 ? size.toFixed(1) : size >= 10 ? size.toFixed(2) : size.toFixed(3)}`
}

const signed = (value: number): string => `${value > 0 ? "+" : ""}${round(value)}`

const verdictWord = (better: boolean, worse: boolean): string =>
  better ? "better" : worse ? "worse" : "not told apart"

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
  const [model, metric] = [path.slice(0, slash), path.slice(slash + 1)]
  const value = figure(evaluation, model, metric)
  const tooLow = bounds.atLeast !== undefined && !(value >= bounds.atLeast)
  const tooHigh = bounds.atMost !== undefined && !(value <= bounds.atMost)
  const asked = [
    ...(bounds.atLeast === undefined ? [] : [`at least ${bounds.atLeast}`]),
    ...(bounds.atMost === undefined ? [] : [`at most ${bounds.atMost}`])
  ].join(" and ")
  const passed = !tooLow && !tooHigh
  const has = `${model} has ${words[metric as MetricName]} ${round(value)}`
  return { passed, sentence: `${has}, ${passed ? "" : "not "}${asked}.` }
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
  const [first, second] = [figure(evaluation, better, metric), figure(evaluation, than, metric)]
  const figures = `${better} has ${words[metric as MetricName]} ${round(first)}, ${than} ${round(second)}`
  if (metric === "exactMatch") {
    const { estimate, firstOnly, secondOnly, p } = comparison.exactMatch
    const word = verdictWord(estimate > 0 && p < 0.05, estimate < 0 && p < 0.05)
    const sentence = `${figures}: ${firstOnly} right against ${secondOnly} where they differ (p = ${p.toPrecision(2)}), ${word}.`
    return { passed: estimate > 0 && p < 0.05, sentence }
  }
  const name = deciding(metric as Exclude<MetricName, "exactMatch">, comparison.sameTokens)
  const { estimate, low, high } = comparison[name]
  const [below, above] = [high < 0, low > 0]
  const passed = lowerIsBetter.has(name) ? below : above
  const unit = name === metric ? "" : ` ${words[name]}`
  const sentence = `${figures}: ${signed(estimate)}${unit} (95 % ${signed(low)} to ${signed(high)}), ${verdictWord(passed, below || above)}.`
  return { passed, sentence }
}
