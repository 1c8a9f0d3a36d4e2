// quality.classifier: keeps rows that a trained classifier gives a label, by how probable it finds that.
import { gunzipSync, zstdDecompressSync } from "node:zlib"
import * as Schema from "effect/Schema"
import { keep, opt, type RowModel, Stage, type TextColumn } from "#sluice"
import { decodeModel, type LinearModel, makeScorer } from "./linear-model.ts"

/** The models that a thread has read. */
const models = new WeakMap<RowModel, LinearModel>()

const modelOf = (given: RowModel): LinearModel => {
  let model = models.get(given)
  if (model === undefined) {
    model = decodeModel(fileOf(given))
    models.set(given, model)
  }
  return model
}

/** The file of a folder that `quality.trainClassifier` wrote, or the one that was given. */
const fileOf = ({ files, read }: RowModel): Uint8Array => {
  const name = files.length === 1 ? files[0]! : "classifier.json"
  const bytes = read(name)
  if (name.endsWith(".gz")) return gunzipSync(bytes)
  return name.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes
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
 * Keeps rows to whose `text` a classifier gives the label `keep` with a probability of at least `minProbability`. `model` is what
 * `quality.trainClassifier` makes in the same pipeline, or the path of a file that it wrote earlier. The model's content enters
 * the key: one trained anew to the same bytes measures nothing again, nor does another threshold. What a threshold costs and
 * gains stands in the classifier's report. About 50 ms a megabyte.
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
 * const labelled = rows({ text: "the gate opens", label: "good" }, { text: "buy now", label: "bad" })
 * const model = labelled.pipe(quality.trainClassifier({ holdOut: 0, buckets: 256 }))
 * rows({ text: "the gate" }, { text: "buy buy" }).pipe(quality.classifier({ model, keep: "good" })) // → { text: "the gate" }
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
  measureOptions: { model: opt.model(), keep: opt(Schema.String) },
  measure: ({ text }, { model: given, keep: wanted }) => {
    const model = modelOf(given)
    const place = placeOf(model, wanted)
    const bytes = Buffer.from(text, "utf8")
    const probabilities = makeScorer(model)(bytes, 0, bytes.length)
    return { label: model.labels[mostProbable(probabilities)]!, probability: probabilities[place]! }
  },
  measureBatch: ({ rows, columns }, { model: given, keep: wanted }) => {
    const model = modelOf(given)
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
