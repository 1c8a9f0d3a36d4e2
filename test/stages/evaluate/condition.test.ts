// A gate's conditions: each verdict with its sentence, and each way to ask for what the report does not hold.
import { describe, expect, test } from "vitest"
import { beats, withinBounds } from "../../../stages/evaluate/condition.ts"
import type { Comparison, Evaluation, ModelScores } from "../../../stages/evaluate/evaluation.ts"

const exactly = (estimate: number) => ({ estimate, low: estimate - 0.1, high: estimate + 0.1 })

const scores = (perplexity: number, f1: number): ModelScores => ({
  tokens: 100,
  bytes: 400,
  perplexity: exactly(perplexity),
  nllPerToken: exactly(Math.log(perplexity)),
  nllPerByte: exactly(Math.log(perplexity) / 4),
  bitsPerByte: exactly(Math.log2(perplexity) / 4),
  exactMatch: exactly(0.1),
  f1: exactly(f1),
  rougeL: exactly(f1)
})

const comparison = (over: Partial<Comparison> = {}): Comparison => ({
  first: "tuned",
  second: "base",
  sameTokens: true,
  nllPerToken: { estimate: -0.7, low: -0.8, high: -0.6, p: 0.001 },
  nllPerByte: { estimate: -0.2, low: -0.3, high: 0.1, p: 0.3 },
  f1: { estimate: 0.05, low: -0.01, high: 0.1, p: 0.1 },
  rougeL: { estimate: 0.1, low: 0.05, high: 0.15, p: 0.001 },
  exactMatch: { estimate: 0.08, firstOnly: 9, secondOnly: 1, method: "exact", p: 0.0215 },
  ...over
})

const evaluation = (over: Partial<Comparison> = {}): Evaluation => ({
  examples: 100,
  skipped: {},
  baseline: "base",
  settings: { maxNewTokens: 48, bootstrap: 1000, seed: 0 },
  models: { base: scores(80, 0.3), tuned: scores(40, 0.35) },
  comparisons: [comparison(over)],
  samples: []
})

describe("a figure within bounds", () => {
  test.each([
    ["tuned/f1", { atLeast: 0.35, atMost: undefined }, true, "tuned has token F1 0.350, at least 0.35."],
    ["tuned/f1", { atLeast: 0.4, atMost: undefined }, false, "tuned has token F1 0.350, not at least 0.4."],
    ["base/perplexity", { atLeast: undefined, atMost: 50 }, false, "base has answer perplexity 80.00, not at most 50."],
    [
      "tuned/perplexity",
      { atLeast: 1, atMost: 50 },
      true,
      "tuned has answer perplexity 40.00, at least 1 and at most 50."
    ]
  ])("%s", (path, bounds, passed, sentence) => {
    expect(withinBounds(evaluation(), path, bounds)).toEqual({ passed, sentence })
  })

  test.each([
    ["f1", 'evaluate.gate: metric "f1" names no model; write "MODEL/f1"'],
    ["tunes/f1", 'the report has no model "tunes"; its models are "base", "tuned"'],
    [
      "tuned/f2",
      'the report has no metric "f2" of "tuned"; its metrics are "perplexity", "nllPerToken", "nllPerByte", "bitsPerByte", "exactMatch", "f1", "rougeL"'
    ],
    [
      "tuned/tokens",
      'the report has no metric "tokens" of "tuned"; its metrics are "perplexity", "nllPerToken", "nllPerByte", "bitsPerByte", "exactMatch", "f1", "rougeL"'
    ]
  ])("%s is an error", (path, message) => {
    expect(() => withinBounds(evaluation(), path, { atLeast: 0, atMost: undefined })).toThrow(message)
  })

  test("a figure that is not a number is within no bounds", () => {
    const data = { ...evaluation(), models: { tuned: scores(Number.NaN, 0.1) } }
    expect(withinBounds(data, "tuned/perplexity", { atLeast: undefined, atMost: 1e9 }).passed).toBe(false)
    expect(withinBounds(data, "tuned/perplexity", { atLeast: 0, atMost: undefined }).passed).toBe(false)
  })
})

describe("one model against another", () => {
  test.each([
    [
      "perplexity",
      true,
      "tuned has answer perplexity 40.00, base 80.00: −0.700 nats per token (95 % −0.800 to −0.600), better."
    ],
    [
      "bitsPerByte",
      false,
      "tuned has bits per byte 1.330, base 1.580: −0.200 nats per byte (95 % −0.300 to +0.100), not told apart."
    ],
    ["f1", false, "tuned has token F1 0.350, base 0.300: +0.050 (95 % −0.010 to +0.100), not told apart."],
    ["rougeL", true, "tuned has ROUGE-L 0.350, base 0.300: +0.100 (95 % +0.050 to +0.150), better."],
    [
      "exactMatch",
      true,
      "tuned has exact match 0.100, base 0.100: 9 right against 1 where they differ (p = 0.021), better."
    ]
  ])("tuned better than base by %s: %j", (metric, passed, sentence) => {
    expect(beats(evaluation(), metric, "tuned", "base")).toEqual({ passed, sentence })
  })

  test("the other way round", () => {
    expect(beats(evaluation(), "perplexity", "base", "tuned")).toEqual({
      passed: false,
      sentence: "base has answer perplexity 80.00, tuned 40.00: +0.700 nats per token (95 % +0.600 to +0.800), worse."
    })
    expect(beats(evaluation(), "exactMatch", "base", "tuned").passed).toBe(false)
  })

  test("perplexities over unlike tokens are judged per byte", () => {
    expect(beats(evaluation({ sameTokens: false }), "perplexity", "tuned", "base").passed).toBe(false)
  })

  test("errors", () => {
    expect(() => beats(evaluation(), "tokens", "tuned", "base")).toThrow('has no metric "tokens"')
    expect(() => beats(evaluation(), "f1", "tuned", "other")).toThrow('has no model "other"')
    expect(() => beats({ ...evaluation(), comparisons: [] }, "f1", "tuned", "base")).toThrow(
      'the report does not compare "tuned" with "base"'
    )
  })
})
