// An evaluation for the terminal: each model's figures, who beats whom, the gate, and a few answers side by side.
import { count, plural, shorten, table, type Terminal } from "./print.ts"

interface Estimate {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** What of a report's data is printed; any report that has this shape is taken for an evaluation. */
export interface Evaluation {
  readonly examples: number
  readonly baseline: string
  readonly models: { readonly [name: string]: { readonly [metric: string]: Estimate | number } }
  readonly comparisons: ReadonlyArray<{
    readonly first: string
    readonly second: string
    readonly nllPerToken: Estimate
  }>
  readonly samples: ReadonlyArray<{
    readonly id: string
    readonly question: string
    readonly reference: string
    readonly answers: { readonly [model: string]: string }
  }>
  readonly gates?: ReadonlyArray<{ readonly passed: boolean; readonly sentence: string }>
}

/** A report's data as an evaluation, or undefined where it is something else. */
export const evaluationOf = (data: unknown): Evaluation | undefined => {
  if (typeof data !== "object" || data === null) return undefined
  const { models, comparisons, samples } = data as Partial<Evaluation>
  const fits = typeof models === "object" && Array.isArray(comparisons) && Array.isArray(samples)
  return fits ? (data as Evaluation) : undefined
}

const metrics = [
  ["perplexity", "answer perplexity", (value: number) => figure(value)],
  ["exactMatch", "exact match", (value: number) => `${(100 * value).toFixed(1)} %`],
  ["f1", "token F1", (value: number) => value.toFixed(3)],
  ["rougeL", "ROUGE-L", (value: number) => value.toFixed(3)]
] as const

const figure = (value: number): string =>
  value >= 1000 ? count(Math.round(value)) : value >= 100 ? value.toFixed(1) : value.toFixed(2)

const cell = (value: Estimate | number | undefined, form: (value: number) => string): string =>
  typeof value === "object" ? `${form(value.estimate)} (${form(value.low)}–${form(value.high)})` : ""

/** Prints models side by side and up to `most` answers. */
export const printEvaluation = (to: Terminal, evaluation: Evaluation, most = 3): void => {
  to.line(`\n${to.paint("bold", "models")} on ${plural(evaluation.examples, "question")}, 95 % intervals`)
  const head = ["", ...metrics.map(([, title]) => title)].map((text) => to.paint("dim", text))
  const rows = Object.entries(evaluation.models).map(([name, scores]) => [
    name,
    ...metrics.map(([metric, , form]) => cell(scores[metric], form))
  ])
  for (const line of table(to, [head, ...rows])) to.line(line)
  for (const { first, second, nllPerToken: by } of evaluation.comparisons) {
    if (second !== evaluation.baseline) continue
    const word = by.high < 0 ? to.paint("green", "better") : by.low > 0 ? to.paint("red", "worse") : "not told apart"
    const change = `${figureSigned(by.estimate)} nats per token, ${figureSigned(by.low)} to ${figureSigned(by.high)}`
    to.line(`  ${first} against ${second}: ${word} (${change})`)
  }
  for (const { passed, sentence } of evaluation.gates ?? [])
    to.line(`  ${passed ? to.paint("green", "✓ gate") : to.paint("red", "✗ gate")}: ${sentence}`)
  printAnswers(to, evaluation, most)
}

const figureSigned = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`

const printAnswers = (to: Terminal, evaluation: Evaluation, most: number): void => {
  const shown = evaluation.samples.slice(0, most)
  if (shown.length === 0) return
  to.line(`\n${to.paint("bold", "answers")}`)
  const width = Math.min(to.width, 120)
  for (const { question, reference, answers } of shown) {
    to.line(`  ${to.paint("cyan", shorten(question, width - 2))}`)
    const rows = [["reference", reference], ...Object.entries(answers)].map(([who, text]) => [
      who!,
      shorten(text!, width - 18)
    ])
    for (const line of table(to, rows, [], "    ")) to.line(line)
  }
}
