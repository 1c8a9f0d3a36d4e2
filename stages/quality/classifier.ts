// quality.classifier: keeps rows that a trained classifier gives a label, by how probable it finds that.
import * as Schema from "effect/Schema"
import { keep, opt, Stage, type TextColumn } from "#sluice"
import { decodeModel, type LinearModel, makeScorer } from "./linear-model.ts"

/** The models that a thread has read. */
const models = new WeakMap<Uint8Array, LinearModel>()

const modelOf = (file: Uint8Array): LinearModel => {
  let model = models.get(file)
  if (model === undefined) {
    model = decodeModel(file)
    models.set(file, model)
  }
  return model
}

/** The place of a label; throws an Error that names those there are. */
const placeOf = ({ labels }: LinearModel, label: string): number => {
  const place = labels.indexOf(label)
  if (place >= 0) return place
  throw new Error(
    `the classifier has no label "${label}"; its labels are ${labels.map((one) => `"${one}"`).join(", ")}`
  )
}

const mostProbable = (probabilities: Float64Array): number => {
  let best = 0
  for (let k = 1; k < probabilities.length; k++) if (probabilities[k]! > probabilities[best]!) best = k
  return best
}

/**
 * Keeps rows to whose `text` the classifier in the file `model`, made by `quality.trainClassifier`, gives the label `keep` with
 * a probability of at least `minProbability`. The file's content enters the key; another threshold measures nothing again.
 * What a threshold costs and gains stands in the classifier's report. About 50 ms a megabyte.
 *
 * @example
 * // gate.json
 * //   {"format":"sluice-classifier-1","labels":["bad","good"],"settings":{"buckets":8,"wordNgrams":1,"minPiece":0,"maxPiece":0,"maxBytes":4096},"bias":[0,0],"weights":"AAAAwAAAAEAAAAAAAAAAAAAAIEAAACDAAAAAAAAAAAAAAAC/AAAAPwAAgL8AAIA/AAAAvwAAAD8AAIC/AACAPw=="}
 * import { quality } from "#stages"
 * rows({ text: "The gate opens at dawn." }, { text: "Buy now!" }).pipe(
 *   quality.classifier({ model: "gate.json", keep: "good" })
 * )
 * // → { text: "The gate opens at dawn." }
 * // dropped: 1 improbable
 */
export const classifier = Stage.filter({
  name: "quality.classifier",
  needs: { text: Schema.String },
  measures: {
    /** The most probable label, and the probability of `keep`. */
    label: Schema.String,
    probability: Schema.Finite
  },
  measureOptions: { model: opt.file(), keep: opt(Schema.String) },
  measure: ({ text }, { model: file, keep: wanted }) => {
    const model = modelOf(file)
    const place = placeOf(model, wanted)
    const bytes = Buffer.from(text, "utf8")
    const probabilities = makeScorer(model)(bytes, 0, bytes.length)
    return { label: model.labels[mostProbable(probabilities)]!, probability: probabilities[place]! }
  },
  measureBatch: ({ rows, columns }, { model: file, keep: wanted }) => {
    const model = modelOf(file)
    const place = placeOf(model, wanted)
    const score = makeScorer(model)
    const { bytes, offsets } = columns.text as TextColumn
    const names = model.labels.map((label) => Buffer.from(label, "utf8"))
    const said = new Uint32Array(rows)
    const ends = new Int32Array(rows + 1)
    const values = new Float64Array(rows)
    for (let row = 0; row < rows; row++) {
      const probabilities = score(bytes, offsets[row]!, offsets[row + 1]!)
      said[row] = mostProbable(probabilities)
      values[row] = probabilities[place]!
      ends[row + 1] = ends[row]! + names[said[row]!]!.length
    }
    const labels = new Uint8Array(ends[rows]!)
    for (let row = 0; row < rows; row++) labels.set(names[said[row]!]!, ends[row]!)
    return {
      rows,
      columns: {
        label: { type: "text", offsets: ends, bytes: labels, valid: undefined },
        probability: { type: "number", integer: false, values, valid: undefined }
      }
    }
  },
  options: { minProbability: opt(Schema.Finite, 0.5) },
  reasons: ["improbable"],
  decide: ({ probability }, { minProbability }) => (probability < minProbability ? "improbable" : keep)
})
