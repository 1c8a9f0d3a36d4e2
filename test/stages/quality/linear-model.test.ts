// The linear classifier: features by hand, training that repeats, a gradient that is one, its file, and what is told of it.
import { expect, test } from "vitest"
import { heldOut } from "../../../stages/quality/held-out.ts"
import { decodeModel, encodeModel, makeScorer, trainModel } from "../../../stages/quality/linear-model.ts"
import { extractFeatures, type FeatureSettings, makeFeatures } from "../../../stages/quality/text-features.ts"
import { oddTexts } from "../../text/text-batch.ts"

const settings: FeatureSettings = {
  buckets: 2 ** 16,
  wordNgrams: 2,
  minPiece: 3,
  maxPiece: 4,
  maxBytes: 4096
}
const featuresOf = (text: string, changed: Partial<FeatureSettings> = {}) => {
  const all = { ...settings, ...changed }
  const features = makeFeatures(all)
  const bytes = Buffer.from(text, "utf8")
  extractFeatures(all, bytes, 0, bytes.length, features)
  return Array.from(features.list.subarray(0, features.count))
}
const words = { wordNgrams: 1, maxPiece: 0 }

test.each([
  ["words", "the gate, THE gate!", words, 4],
  ["words and pairs with what is before", "the gate opens", { maxPiece: 0 }, 6],
  ["pieces of <ab>: <ab ab> <ab>", "ab", { wordNgrams: 1 }, 1 + 3],
  ["pieces of <abc>: <ab abc bc> <abc abc>", "abc", { wordNgrams: 1 }, 1 + 5],
  ["a letter of a script without spaces is a word", "x它们", words, 3],
  ["bytes beyond the limit are not looked at", "aa bb cc", { ...words, maxBytes: 5 }, 2],
  ["nothing", " . ", {}, 0]
])("%s", (_name, text, changed, count) => {
  expect(featuresOf(text, changed).length).toBe(count)
})

test("the same words have the same buckets, in any case", () => {
  const [a, b, c, d] = featuresOf("the gate THE Gate", words)
  expect([c, d]).toEqual([a, b])
  expect(a).not.toBe(b)
  expect(featuresOf("a b", { maxPiece: 0 })).not.toEqual(featuresOf("b a", { maxPiece: 0 }))
})

test("odd texts fit the room made for them", () => {
  for (const text of [...oddTexts(3, 300), "a".repeat(300), "a b ".repeat(1024), "它".repeat(1400)]) {
    const list = featuresOf(text)
    expect(Math.max(0, ...list)).toBeLessThan(settings.buckets)
    expect(list.every((one) => one >= 0)).toBe(true)
  }
})

const rows = [
  ["the gate opens at dawn", 1],
  ["boats wait below the weir", 1],
  ["the keeper has his lunch", 1],
  ["buy now and save", 0],
  ["click here to buy", 0],
  ["save now, click", 0]
].map(([text, label]) => ({ text: Buffer.from(text as string), label: label as number }))
const trained = (seed = 1, epochs = 20) =>
  trainModel(["bad", "good"], rows, settings, { epochs, learningRate: 1, seed })
const probability = (model: ReturnType<typeof trained>, text: string) => {
  const bytes = Buffer.from(text, "utf8")
  return makeScorer(model)(bytes, 0, bytes.length)[1]!
}

test("learns, the same from the same seed", () => {
  expect(encodeModel(trained())).toBe(encodeModel(trained()))
  expect(encodeModel(trained(2))).not.toBe(encodeModel(trained()))
  expect(probability(trained(), "the boats wait at the gate")).toBeGreaterThan(0.8)
  expect(probability(trained(), "click and save")).toBeLessThan(0.2)
})

test("one step is one step down the gradient of the cross entropy", () => {
  // From zero weights p = ½, so the step adds rate · ½ · 1/√n to each of the n weights of the label, and rate · ½ to its bias.
  const model = trainModel(
    ["bad", "good"],
    rows.slice(0, 1),
    { ...settings, ...words },
    { epochs: 1, learningRate: 1, seed: 0 }
  )
  const n = featuresOf("the gate opens at dawn", words).length
  expect(n).toBe(5)
  expect(model.bias[1]).toBeCloseTo(0.5)
  expect(model.weights[featuresOf("gate", words)[0]! * 2 + 1]).toBeCloseTo(0.5 / Math.sqrt(5))
  expect(model.weights[featuresOf("gate", words)[0]! * 2]).toBeCloseTo(-0.5 / Math.sqrt(5))
})

test("a file keeps the model", () => {
  const model = trained()
  expect(decodeModel(Buffer.from(encodeModel(model)))).toEqual(model)
})

test.each([
  ["no JSON", "x", "it is not JSON"],
  ["another format", '{"format":"x"}', 'has the format "x"'],
  [
    "weights cut off",
    encodeModel(trained(1, 1)).replace(/"weights":".{8}/, '"weights":"'),
    "bytes of weights, not 524288"
  ]
])("a file with %s is told", (_name, text, message) => {
  expect(() => decodeModel(Buffer.from(text))).toThrow(message)
})

test("what is told of held-out texts, by hand", () => {
  const judged = [
    [0, 0.9],
    [0, 0.6],
    [0, 0.3],
    [1, 0.05]
  ].map(([label, p]) => ({ label: label!, probabilities: Float64Array.of(p!, 1 - p!) }))
  const report = heldOut(["a", "b"], judged)
  expect(report).toMatchObject({
    texts: 4,
    accuracy: 0.75,
    baseline: 0.75,
    confusion: [
      [2, 1],
      [0, 1]
    ]
  })
  expect(report.logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.6) + Math.log(0.3) + Math.log(0.95)) / 4)
  expect(report.labels[0]).toMatchObject({ texts: 3, precision: 1, recall: 2 / 3, f1: 0.8 })
  expect(report.labels[0]!.at.find(({ probability: p }) => p === 0.3)).toEqual({
    probability: 0.3,
    precision: 1,
    recall: 1
  })
  expect(report.labels[1]).toMatchObject({ texts: 1, precision: 0.5, recall: 1 })
  // Bins: 0.6 (right), 0.7 (wrong), 0.9 and 0.95 (right, right).
  expect(report.calibration.bins.map(({ from, texts }) => [from, texts])).toEqual([
    [0.6, 1],
    [0.7, 1],
    [0.9, 2]
  ])
  expect(report.calibration.error).toBeCloseTo((0.4 + 0.7 + 0.15) / 4)
})

test("nothing held out", () => {
  expect(heldOut(["a", "b"], [])).toMatchObject({ texts: 0, accuracy: 0, calibration: { error: 0, bins: [] } })
})
