// quality.familiar: the scores of scoreSequences, the same bits alone and among others, and bounds as a table.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import type { Batch } from "#sluice"
import { renderText, saveModel, scoreSequences } from "#sluice/model"
import { modelAt } from "#src/run/model-links.ts"
import { PathContents } from "#src/run/path-content.ts"
import { openModel } from "#src/run/row-model.ts"
import { familiar } from "../../../stages/quality/familiar.ts"
import { tinyModel, tinyText } from "../../model/tiny-model.ts"
import { columnValues, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-familiar-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const filter = familiar.declaration as Filter & {
  readonly measureBatch: (batch: Batch, options: object) => Promise<Batch>
}
const tiny = tinyModel()
saveModel(join(root, "tiny"), tiny)
const model = openModel(modelAt(root, "tiny", new PathContents(root)))
const texts = [...tinyText, "dawn", "", "The sluice ".repeat(40)]
const measured = async (given: ReadonlyArray<string>, maxTokens = 96) => {
  const made = await filter.measureBatch(textBatch("by", given), { model, maxTokens })
  return given.map((_, row) => ["perplexity", "tokens"].map((name) => columnValues(made, name)[row] as number))
}

test("texts have the perplexity that scoring gives them, cut to the tokens asked for", async () => {
  const sequences = texts.map((text) => {
    const { ids, mask } = renderText(tiny.tokenizer, text)
    return { ids: ids.subarray(0, 40), mask: mask.subarray(0, 40), rowId: text.slice(0, 9) }
  })
  const scores = await scoreSequences(tiny, sequences)
  for (const [row, [perplexity, tokens]] of (await measured(texts, 40)).entries()) {
    expect(tokens).toBe(scores[row]!.tokens)
    const expected = tokens === 0 ? 0 : Math.exp(-scores[row]!.logProb / tokens!)
    expect(perplexity).toBeCloseTo(expected, 2)
  }
})

test("a text has the same score, to the bit, alone and among others", async () => {
  const together = await measured(texts)
  for (const [row, text] of texts.entries()) expect(await measured([text])).toEqual([together[row]])
})

test.each([
  [{ perplexity: 100, tokens: 9 }, {}, ""],
  [{ perplexity: 100.5, tokens: 9 }, {}, "too-perplexing"],
  [{ perplexity: 100.5, tokens: 9 }, { maxPerplexity: 200 }, ""],
  [{ perplexity: 1.2, tokens: 9 }, { minPerplexity: 1.5 }, "too-predictable"],
  [{ perplexity: 0, tokens: 0 }, {}, "too-short"],
  [{ perplexity: 9, tokens: 4 }, { minTokens: 5 }, "too-short"]
])("%j under %j: %s", (scores, given, verdict) => {
  expect(filter.decide(scores, { ...decodedDefaults(filter.options), ...given })).toBe(verdict)
})
