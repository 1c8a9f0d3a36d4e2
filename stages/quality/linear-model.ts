// A linear text classifier: multinomial logistic regression over hashed n-grams, its training, its file.
import { dice } from "#sluice/text"
import { extractFeatures, type Features, type FeatureSettings, makeFeatures } from "./text-features.ts"

export interface LinearModel {
  readonly settings: FeatureSettings
  /** In the order of the weights. */
  readonly labels: ReadonlyArray<string>
  readonly bias: Float32Array
  /** [bucket][label]. */
  readonly weights: Float32Array
}

const format = "sluice-classifier-1"

/** A model as a text file: JSON with its weights as little-endian 32-bit floats in base64. */
export const encodeModel = ({ settings, labels, bias, weights }: LinearModel): string =>
  JSON.stringify({
    format,
    labels,
    settings,
    bias: Array.from(bias),
    weights: Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength).toString("base64")
  })

/** Reads a model's file; throws an Error that says what it is not. */
export const decodeModel = (bytes: Uint8Array): LinearModel => {
  let read: { readonly [name: string]: unknown }
  try {
    read = JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch {
    throw new Error("the classifier's model is no file that quality.trainClassifier wrote: it is not JSON")
  }
  const { labels, settings, bias, weights } = read as unknown as Omit<LinearModel, "weights"> & { weights: string }
  if (read["format"] !== format)
    throw new Error(`the classifier's model has the format "${String(read["format"])}", not "${format}"`)
  const data = Uint8Array.from(Buffer.from(weights, "base64"))
  if (data.length !== settings.buckets * labels.length * 4)
    throw new Error(
      `the classifier's model has ${data.length} bytes of weights, not ${settings.buckets * labels.length * 4}`
    )
  return { settings, labels, bias: Float32Array.from(bias), weights: new Float32Array(data.buffer) }
}

/** Probabilities of the labels for the features at hand, into `out`. */
const softmax = ({ bias, weights }: LinearModel, { list, count }: Features, out: Float64Array): void => {
  const labels = out.length
  out.fill(0)
  for (let i = 0; i < count; i++) {
    const at = list[i]! * labels
    for (let k = 0; k < labels; k++) out[k]! += weights[at + k]!
  }
  const scale = count === 0 ? 0 : 1 / Math.sqrt(count)
  let most = Number.NEGATIVE_INFINITY
  for (let k = 0; k < labels; k++) {
    out[k] = bias[k]! + out[k]! * scale
    most = Math.max(most, out[k]!)
  }
  let sum = 0
  for (let k = 0; k < labels; k++) {
    out[k] = Math.exp(out[k]! - most)
    sum += out[k]!
  }
  for (let k = 0; k < labels; k++) out[k]! /= sum
}

/** Scores one text after another under a model; the answer is overwritten by the next. */
export const makeScorer = (model: LinearModel): ((bytes: Uint8Array, from: number, to: number) => Float64Array) => {
  const features = makeFeatures(model.settings)
  const out = new Float64Array(model.labels.length)
  return (bytes, from, to) => {
    extractFeatures(model.settings, bytes, from, to, features)
    softmax(model, features, out)
    return out
  }
}

/** A text and the place of its label. */
export interface Labelled {
  readonly text: Uint8Array
  readonly label: number
}

export interface Training {
  readonly epochs: number
  /** Of the first step; it falls to 0 in a straight line. */
  readonly learningRate: number
  readonly seed: number
}

/**
 * Trains by stochastic gradient descent on the cross entropy, one text a step, in an order drawn anew for each pass. A text of n
 * n-grams gives each the value 1/√n, so that long and short texts weigh alike. The same rows and seed give the same bytes.
 */
export const trainModel = (
  labels: ReadonlyArray<string>,
  rows: ReadonlyArray<Labelled>,
  settings: FeatureSettings,
  { epochs, learningRate, seed }: Training,
  progress: (done: number, total: number, loss: number) => void = () => {}
): LinearModel => {
  const size = labels.length
  const model = {
    settings,
    labels,
    bias: new Float32Array(size),
    weights: new Float32Array(settings.buckets * size)
  }
  const features = makeFeatures(settings)
  const out = new Float64Array(size)
  const order = Int32Array.from(rows, (_, i) => i)
  const random = dice(seed)
  const total = epochs * rows.length
  let loss = 0
  for (let epoch = 0, done = 0; epoch < epochs; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      const other = order[j]!
      order[j] = order[i]!
      order[i] = other
    }
    for (const row of order) {
      const { text, label } = rows[row]!
      extractFeatures(settings, text, 0, text.length, features)
      softmax(model, features, out)
      loss += -Math.log(Math.max(out[label]!, 1e-12))
      const rate = learningRate * (1 - done / total)
      const scale = features.count === 0 ? 0 : 1 / Math.sqrt(features.count)
      for (let k = 0; k < size; k++) {
        out[k] = rate * ((k === label ? 1 : 0) - out[k]!)
        model.bias[k]! += out[k]!
        out[k]! *= scale
      }
      for (let i = 0; i < features.count; i++) {
        const at = features.list[i]! * size
        for (let k = 0; k < size; k++) model.weights[at + k]! += out[k]!
      }
      if (++done % 1000 === 0 || done === total) {
        progress(done, total, loss / (done % 1000 === 0 ? 1000 : done % 1000))
        loss = 0
      }
    }
  }
  return model
}
