// What a classifier is worth on texts it was not trained on: accuracy, precision and recall, calibration.

/** One held-out text: its label's place, and the probabilities given. */
export interface Judged {
  readonly label: number
  readonly probabilities: Float64Array
}

export interface LabelReport {
  readonly label: string
  readonly texts: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Of the texts to which the label is given at least this probability, how many have it; and what share of those that have it they are. */
  readonly at: ReadonlyArray<{ readonly probability: number; readonly precision: number; readonly recall: number }>
}

export interface HeldOut {
  readonly texts: number
  /** Share of texts whose most probable label is theirs. */
  readonly accuracy: number
  /** The share that always saying the most frequent label would give. */
  readonly baseline: number
  /** Mean of −ln of the probability given to the right label. */
  readonly logLoss: number
  readonly labels: ReadonlyArray<LabelReport>
  /** [their label][label said]. */
  readonly confusion: ReadonlyArray<ReadonlyArray<number>>
  /** Texts by the probability of the label said, in ten bins; `error` is the mean distance of probability and accuracy. */
  readonly calibration: {
    readonly error: number
    readonly bins: ReadonlyArray<{
      readonly from: number
      readonly texts: number
      readonly probability: number
      readonly accuracy: number
    }>
  }
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const best = (probabilities: Float64Array): number => {
  let at = 0
  for (let k = 1; k < probabilities.length; k++) if (probabilities[k]! > probabilities[at]!) at = k
  return at
}

/** Reports on held-out texts. */
export const heldOut = (labels: ReadonlyArray<string>, judged: ReadonlyArray<Judged>): HeldOut => {
  const confusion = labels.map(() => labels.map(() => 0))
  const bins = Array.from({ length: 10 }, () => ({ texts: 0, probability: 0, right: 0 }))
  let logLoss = 0
  let right = 0
  for (const { label, probabilities } of judged) {
    const said = best(probabilities)
    confusion[label]![said]!++
    logLoss -= Math.log(Math.max(probabilities[label]!, 1e-12))
    const bin = bins[Math.min(9, Math.floor(probabilities[said]! * 10))]!
    bin.texts++
    bin.probability += probabilities[said]!
    if (said === label) {
      bin.right++
      right++
    }
  }
  const sum = (values: ReadonlyArray<number>) => values.reduce((all, value) => all + value, 0)
  const counts = confusion.map(sum)
  return {
    texts: judged.length,
    accuracy: ratio(right, judged.length),
    baseline: ratio(Math.max(0, ...counts), judged.length),
    logLoss: ratio(logLoss, judged.length),
    labels: labels.map((label, k) => {
      const precision = ratio(confusion[k]![k]!, sum(confusion.map((row) => row[k]!)))
      const recall = ratio(confusion[k]![k]!, counts[k]!)
      return {
        label,
        texts: counts[k]!,
        precision,
        recall,
        f1: ratio(2 * precision * recall, precision + recall),
        at: [0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99].map((probability) => {
          const given = judged.filter((one) => one.probabilities[k]! >= probability)
          const hits = given.filter((one) => one.label === k).length
          return { probability, precision: ratio(hits, given.length), recall: ratio(hits, counts[k]!) }
        })
      }
    }),
    confusion,
    calibration: {
      error: ratio(sum(bins.map((bin) => Math.abs(bin.probability - bin.right))), judged.length),
      bins: bins.flatMap(({ texts, probability, right: hits }, i) =>
        texts === 0 ? [] : [{ from: i / 10, texts, probability: probability / texts, accuracy: hits / texts }]
      )
    }
  }
}
