// dedup.bloom: what counts as seen, in which order, and how often the filter errs.
import { expect, test } from "vitest"
import { bloom } from "../../../stages/dedup/bloom.ts"
import { insert, makeBloom, mayHold } from "../../../stages/dedup/bloom-filter.ts"
import { seeded } from "../../text/text-batch.ts"
import { decodedDefaults, resolved, type Select } from "../declared.ts"

const select = bloom.declaration as Select & { readonly prepareOptions: object; readonly options: object }
const options = decodedDefaults({ ...select.prepareOptions, ...select.options } as never)
const dropped = (texts: ReadonlyArray<string>, given: object, against: ReadonlyArray<ReadonlyArray<string>> = []) => {
  const all = { ...options, ...given }
  const made = (part: ReadonlyArray<string>) => part.map((by) => select.prepare({ by }, all))
  return resolved(select, made(texts), all, { against: against.map(made) }).map(({ row }) => row)
}

const pairs = { ngram: 2, threshold: 0.5 }
test.each<
  readonly [
    what: string,
    texts: ReadonlyArray<string>,
    given: object,
    against: ReadonlyArray<string>,
    rows: ReadonlyArray<number>
  ]
>([
  ["a text twice", ["a b c", "x y z", "a b c"], pairs, [], [2]],
  ["a text that repeats itself", ["a b a b a b a b", "c d"], pairs, [], []],
  ["half is not more than half", ["a b c", "a b x"], pairs, [], []],
  ["two of three pairs", ["a b c d", "a b c x"], pairs, [], [1]],
  ["what a dropped row had is not seen", ["a b c d e", "a b c d x y", "d x y q"], pairs, [], [1]],
  ["threshold 1 drops nothing", ["a b", "a b"], { ngram: 2, threshold: 1 }, [], []],
  ["nothing to compare", ["", "", "--"], pairs, [], []],
  ["fewer words than an n-gram are one unit", ["a b", "a b", "a"], { ngram: 5 }, [], [1]],
  ["an earlier corpus", ["a b c", "x y z"], pairs, ["q x y z"], [1]],
  ["paragraphs, simplified", ["Page 1\n\nHello, world.\n", "hello world\n\nPAGE 22"], { unit: "paragraphs" }, [], [1]],
  ["paragraphs mostly new", ["a\nb", "a\nc\nd"], { unit: "paragraphs" }, [], []]
])("%s", (_, texts, given, against, rows) => {
  expect(dropped(texts, given, against.length === 0 ? [] : [against])).toEqual(rows)
})

test.each([0.5, 0.01, 1e-4])("holds what was put in, and errs in about %d of the others", (error) => {
  const next = seeded(3)
  const hashes = (count: number) => Uint8Array.from({ length: count * 8 }, () => next() * 256)
  const filter = makeBloom(5000, error)
  const inside = hashes(5000)
  insert(filter, inside, 0, inside.length)
  for (let at = 0; at < inside.length; at += 8) expect(mayHold(filter, inside, at)).toBe(true)
  const others = hashes(40_000)
  let wrong = 0
  for (let at = 0; at < others.length; at += 8) if (mayHold(filter, others, at)) wrong++
  expect(wrong / 40_000).toBeLessThan(error * 1.3 + 2e-4)
  expect(wrong / 40_000).toBeGreaterThan(error * 0.7 - 2e-4)
})

test("a filter beyond memory is refused", () => {
  expect(() => makeBloom(1e12, 1e-4)).toThrow("raise falsePositives or take paragraphs")
})
