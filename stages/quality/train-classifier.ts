// quality.trainClassifier: trains a linear text classifier on labelled rows and says what it is worth on rows held out.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage, share } from "#sluice"
import { heldOut } from "./held-out.ts"
import { encodeModel, type Labelled, makeScorer, trainModel } from "./linear-model.ts"

/**
 * Trains a classifier of `text` from the rows' `label`: multinomial logistic regression over hashed words, pairs of words
 * and pieces of words, the features of fastText (Joulin et al. 2016) without its hidden layer, as DCLM's and other quality
 * classifiers are built. A share `holdOut` of the rows, chosen by their text so that equal texts are on one side, is not trained on; the
 * result tells accuracy, precision and recall of each label and at several thresholds, and calibration on these. The same
 * rows and seed give the same model. About 90 ms a megabyte and pass.
 *
 * The folder holds `classifier.json`, which `quality.classifier` reads, and `report.json`: give the model to that stage in the same
 * pipeline, or take the file into the project, `sluice show` says where it lies, and name it.
 *
 * @example
 * import { quality } from "#stages"
 * const data = rows(
 *   { text: "the gate opens", label: "good" },
 *   { text: "the boats wait", label: "good" },
 *   { text: "buy now", label: "bad" },
 *   { text: "click here now", label: "bad" }
 * )
 * data.pipe(quality.trainClassifier({ holdOut: 0 })) // → { trained: 4, labels: ["bad", "good"], … }
 */
export const trainClassifier = Stage.program({
  name: "quality.trainClassifier",
  inputs: { data: input.dataset({ text: Schema.String, label: Schema.String }) },
  main: "data",
  emits: "model",
  reasons: ["no-text"],
  options: {
    holdOut: opt(Schema.Finite, 0.1),
    epochs: opt(Schema.Int, 5),
    learningRate: opt(Schema.Finite, 1),
    /** Rounded up to a power of 2. */
    buckets: opt(Schema.Int, 2 ** 18),
    wordNgrams: opt(Schema.Literals([1, 2]), 2),
    minPiece: opt(Schema.Int, 3),
    /** 0 for no pieces of words. */
    maxPiece: opt(Schema.Int, 5),
    maxBytes: opt(Schema.Int, 65_536),
    seed: opt(Schema.Int, 0)
  },
  run: async ({ inputs, options, out, progress, metric, used, skipped }) => {
    const { holdOut, epochs, learningRate, seed, ...features } = options
    const settings = { ...features, buckets: 2 ** Math.ceil(Math.log2(Math.max(1, features.buckets))) }
    const rows = await inputs.data.read()
    const labels = [...new Set(rows.map(({ row }) => row.label))].sort()
    if (labels.length < 2)
      throw new Error(
        `a classifier needs two labels at least; the column label has ${labels.map((one) => `"${one}"`).join(", ") || "none"}`
      )
    const places = new Map(labels.map((label, place) => [label, place]))
    const train: Array<Labelled> = []
    const held: Array<Labelled> = []
    const kept: Array<string> = []
    for (const { id, row } of rows) {
      if (row.text.trim() === "") {
        skipped("data", id, "no-text")
        continue
      }
      kept.push(id)
      const labelled = { text: Buffer.from(row.text, "utf8"), label: places.get(row.label)! }
      if (share(row.text, seed) < holdOut) held.push(labelled)
      else train.push(labelled)
    }
    used("data", kept)
    const model = trainModel(labels, train, settings, { epochs, learningRate, seed }, (done, total, loss) => {
      progress(done, total)
      metric("loss", loss, done)
    })
    const score = makeScorer(model)
    const judged = held.map(({ text, label }) => ({
      label,
      probabilities: Float64Array.from(score(text, 0, text.length))
    }))
    const data = { trained: train.length, labels, settings, heldOut: heldOut(labels, judged) }
    writeFileSync(join(out, "classifier.json"), encodeModel(model))
    writeFileSync(join(out, "report.json"), `${JSON.stringify(data, null, 2)}\n`)
    return { data }
  }
})
