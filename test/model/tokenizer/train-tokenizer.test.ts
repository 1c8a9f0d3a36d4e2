// Training merges: the order of merges, ties, and a slow and obvious trainer that must agree.
import { expect, test } from "vitest"
import { type Tokenizer, trainTokenizer } from "../../../src/model/index.ts"
import { seededRandom } from "../../../src/model/random.ts"
import { tinyText } from "../tiny-model.ts"

const learned = (tokenizer: Tokenizer): string[] =>
  (tokenizer.definition.model["merges"] as [string, string][]).map((pair) =>
    pair.map((token) => tokenizer.decode([tokenizer.idOf(token)!])).join("+")
  )

test("the most frequent pair first, ties by smaller ids", () => {
  const tokenizer = trainTokenizer({ texts: ["ab ab ab cd cd cd xy"], vocabSize: 400, specialTokens: [], minCount: 2 })
  expect(learned(tokenizer)).toEqual(["a+b", "c+d", " +cd", " +ab"])
})

/** Counts every pair anew for each merge. */
const slowMerges = (texts: readonly string[], count: number): string[] => {
  const single = trainTokenizer({ texts: [], vocabSize: 256, specialTokens: [] })
  const words: number[][] = []
  for (const text of texts) for (const word of text.match(/ ?[a-c]+| /g) ?? []) words.push([...single.encode(word)])
  const names = new Map(Array.from({ length: 256 }, (_, id) => [id, single.decode([id])]))
  const merges: string[] = []
  while (merges.length < count) {
    const counts = new Map<number, number>()
    for (const word of words) {
      for (let place = 0; place + 1 < word.length; place++) {
        const pair = word[place]! * 2 ** 21 + word[place + 1]!
        counts.set(pair, (counts.get(pair) ?? 0) + 1)
      }
    }
    const [best] = [...counts].sort((left, right) => right[1] - left[1] || left[0] - right[0])
    if (best === undefined || best[1] < 2) return merges
    const [left, right] = [Math.floor(best[0] / 2 ** 21), best[0] % 2 ** 21]
    const id = 256 + merges.length
    merges.push(`${names.get(left)}+${names.get(right)}`)
    names.set(id, `${names.get(left)}${names.get(right)}`)
    for (const word of words) {
      for (let place = 0; place + 1 < word.length; place++) {
        if (word[place] === left && word[place + 1] === right) word.splice(place, 2, id)
      }
    }
  }
  return merges
}

test.each([1, 2, 3, 4])("incremental counts agree with counting anew (seed %i)", (seed) => {
  const random = seededRandom(seed, "words")
  const texts = Array.from({ length: 30 }, () =>
    Array.from({ length: 40 }, () => "abc "[Math.floor(random.uniform() ** 2 * 4)]).join("")
  )
  const fast = trainTokenizer({ texts, vocabSize: 256 + 60, specialTokens: [], pattern: " ?[a-c]+| " })
  expect(learned(fast)).toEqual(slowMerges(texts, 60))
})

test("ids: special tokens, bytes, merges; the same text gives the same tokenizer", () => {
  const tokenizer = trainTokenizer({ texts: tinyText, vocabSize: 300 })
  expect(tokenizer.vocabSize).toBeLessThanOrEqual(300)
  expect(tokenizer.decode([0, 1, 2])).toBe("<|endoftext|><|im_start|><|im_end|>")
  expect(tokenizer.decode([3])).toBe("!")
  expect(trainTokenizer({ texts: tinyText, vocabSize: 300 }).definition).toEqual(tokenizer.definition)
})

test("a vocabulary that cannot hold the bytes is refused", () => {
  expect(() => trainTokenizer({ texts: [], vocabSize: 258 })).toThrow(
    expect.objectContaining({ code: "SLUICE_SMALL_VOCABULARY" })
  )
})
