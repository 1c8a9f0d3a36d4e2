// What the linear classifier makes of real text: from which file of the corpus a document is, on documents held out.
import { share } from "#sluice"
import { type HeldOut, heldOut } from "../stages/quality/held-out.ts"
import { makeScorer, trainModel } from "../stages/quality/linear-model.ts"
import { corpusFiles } from "./given-corpus.ts"

export interface ClassifierReport {
  readonly trained: number
  readonly report: HeldOut
  /** MB of text trained on, all passes counted, and scored, a second of processor time. */
  readonly training: number
  readonly scoring: number
}

const settings = { buckets: 2 ** 18, wordNgrams: 2, minPiece: 3, maxPiece: 5, maxBytes: 65_536 }
const epochs = 5

/** Trains on 600 documents of each file, or all it has, nine in ten of them. */
export const classifierAccuracy = (): ClassifierReport => {
  const labels: Array<string> = []
  const rows: Array<{ readonly text: Buffer; readonly label: number; readonly held: boolean }> = []
  for (const { name, text: all } of corpusFiles("classifier")) {
    const before = rows.length
    const lines = all.split("\n").filter((line) => line !== "")
    for (let i = 0; i < 600 && i < lines.length; i++) {
      const { text } = JSON.parse(lines[Math.floor((i * lines.length) / 600)]!) as { readonly text?: string }
      if (text === undefined || text.trim() === "") continue
      rows.push({ text: Buffer.from(text.slice(0, 20_000), "utf8"), label: labels.length, held: share(text, 0) < 0.1 })
    }
    if (rows.length > before) labels.push(name.replace(/-\d+\.jsonl$/, ""))
  }
  const timed = <Made>(make: () => Made): readonly [Made, number] => {
    const start = process.cpuUsage()
    const made = make()
    const { user, system } = process.cpuUsage(start)
    return [made, user + system]
  }
  const bytes = (some: typeof rows) => some.reduce((sum, { text }) => sum + Math.min(text.length, settings.maxBytes), 0)
  const train = rows.filter(({ held }) => !held)
  const [model, training] = timed(() => trainModel(labels, train, settings, { epochs, learningRate: 1, seed: 0 }))
  const score = makeScorer(model)
  const held = rows.filter((row) => row.held)
  const [judged, scoring] = timed(() =>
    held.map(({ text, label }) => ({ label, probabilities: Float64Array.from(score(text, 0, text.length)) }))
  )
  return {
    trained: train.length,
    report: heldOut(labels, judged),
    training: (bytes(train) * epochs) / training,
    scoring: bytes(held) / scoring
  }
}
