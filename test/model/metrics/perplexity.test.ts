// Perplexity is weighted by tokens and bits per byte by bytes, as lm-evaluation-harness defines them.
import { expect, test } from "vitest"
import { summarizeLikelihood } from "../../../src/model/metrics/perplexity.ts"

test("a uniform model over 256 byte tokens has perplexity 256 and 8 bits per byte", () => {
  const nll = Math.log(256)
  const summary = summarizeLikelihood([
    { nll: 3 * nll, tokens: 3, bytes: 3 },
    { nll: 5 * nll, tokens: 5, bytes: 5 }
  ])
  expect(summary.perplexity).toBeCloseTo(256, 9)
  expect(summary.bitsPerByte).toBeCloseTo(8, 12)
})

test("long examples weigh more than short ones", () => {
  const summary = summarizeLikelihood([
    { nll: 1, tokens: 1, bytes: 4 },
    { nll: 30, tokens: 9, bytes: 16 }
  ])
  expect(summary.nllPerToken).toBeCloseTo(3.1, 12)
  expect(summary.perplexity).toBeCloseTo(Math.exp(3.1), 9)
  expect(summary.nllPerByte).toBeCloseTo(31 / 20, 12)
})
