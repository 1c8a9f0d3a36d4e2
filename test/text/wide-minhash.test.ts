// 64-bit signatures: kernel and plain form agree, and both are what datatrove 0.10 made of documents of the corpus, as
// bench/conformance/record_minhash.py recorded them; that part is skipped without a corpus (SLUICE_CORPUS=FOLDER).
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { expect, test } from "vitest"
import { randomState, signAllWide, signOneWide, simplified, xxhash64 } from "#sluice/text"
import { oddTexts, textBatch } from "./text-batch.ts"

const shape = { ngram: 5, permutations: 112, seed: 1 }
const signed = (texts: ReadonlyArray<string>, given = shape) => {
  const column = textBatch("by", texts).columns.by as { offsets: Int32Array; bytes: Uint8Array }
  const { offsets, bytes } = signAllWide(column, texts.length, given)
  return texts.map((_, i) => Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])))
}

/** From the xxhash package 3.8.2: xxh64_intdigest. */
test.each([
  ["", 17241709254077376921n],
  ["a", 15154266338359012955n],
  ["abc", 4952883123889572249n],
  ["abcd", 15997673941747208908n],
  ["abcdefg", 1756566643212976685n],
  ["abcdefgh", 4238821247360054455n],
  ["abcdefghijkl", 5407054947222279347n],
  ["abcdefghijklmnopqrstuvw", 14934442522014779562n],
  ["abcdefghijklmnopqrstuvwxyzabcde", 17857935540651039433n],
  ["abcdefghijklmnopqrstuvwxyzabcdef", 5595383772381926855n],
  ["the north gate of the old sluice opens every morning", 3236230324497823754n]
])("xxHash64 of %j", (text, expected) => {
  expect(xxhash64(Buffer.from(text))).toBe(expected)
})

test("draws are NumPy's", () => {
  // numpy.random.RandomState(1).randint(1, 2**61 - 1, dtype=uint64, size=112), then from 0: first three of each and the last.
  const draw = randomState(1)
  const a = Array.from({ length: 112 }, () => draw(1n, 2n ** 61n - 1n))
  const b = Array.from({ length: 112 }, () => draw(0n, 2n ** 61n - 1n))
  expect(a.slice(0, 3)).toEqual([775169054918279404n, 1758426461858698313n, 2109959069025162n])
  expect(b.slice(0, 3)).toEqual([1062448801025099917n, 1324811268927594100n, 1217488311597731462n])
  expect(b.at(-1)).toBe(1097409548522419201n)
})

test.each([
  ["Hello,  World!\n", "hello world"],
  ["1,250.75 and 3.5.7", "0 0 and 0 0"],
  ["٣٫٥ und ７", "0 und 0"],
  ["ÉCOLE Straße", "ecole straße"],
  ["ΟΔΟΣ ΣΑΣ", "οδος σας"],
  [" \u0301a \u0301 b\u0301 ", "a  b"],
  ["İstanbul", "istanbul"],
  ["한국", "한국".normalize("NFD")],
  ["\u2003…\u0301", ""]
])("simplified %j", (text, expected) => {
  expect(simplified(text)).toBe(expected)
})

test.each([shape, { ngram: 1, permutations: 3, seed: 7 }])("kernel and plain form give the same bytes: %j", (given) => {
  const long = Array.from({ length: 2000 }, (_, i) => `word${i % 700}x`).join(" ")
  const texts = ["", "one two three four", "one two three four five", long, "ΟΔΟΣ ".repeat(9), ...oddTexts(3, 60)]
  const found = signed(texts, given)
  texts.forEach((text, i) => {
    expect(found[i]!.equals(signOneWide(text, given)), JSON.stringify(text.slice(0, 80))).toBe(true)
  })
})

const root = join(import.meta.dirname, "../..")
const corpus = process.env["SLUICE_CORPUS"] ?? join(root, "../shared/data/corpus")

test("signatures are datatrove's", ({ skip }) => {
  skip(!existsSync(corpus), "no corpus here (SLUICE_CORPUS=FOLDER of *.jsonl.zst)")
  const { rows } = JSON.parse(
    gunzipSync(readFileSync(join(import.meta.dirname, "datatrove-signatures.json.gz"))).toString("utf8")
  ) as { readonly rows: ReadonlyArray<readonly [text: string, simple: string, tokens: string, signature: string]> }
  const wanted = new Map(rows.map((row) => [row[0], row]))
  const digest = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex").slice(0, 32)
  const found = new Map<string, string>()
  for (const file of readdirSync(corpus).filter((name) => name.endsWith(".jsonl.zst"))) {
    const { stdout } = spawnSync("zstd", ["-dc", join(corpus, file)], { maxBuffer: 1 << 30 })
    for (const line of stdout.toString("utf8").split("\n")) {
      const { text } = line === "" ? {} : (JSON.parse(line) as { readonly text?: string })
      if (text !== undefined && wanted.has(digest(text))) found.set(digest(text), text)
    }
  }
  expect(found.size).toBe(wanted.size)
  const texts = [...found.values()]
  const bytes = signed(texts)
  let same = 0
  texts.forEach((text, i) => {
    const [, simple, , signature] = wanted.get(digest(text))!
    expect(digest(simplified(text))).toBe(simple)
    if ((bytes[i]!.length === 0 ? "" : digest(bytes[i]!)) === signature) same++
  })
  console.log(`datatrove's signatures: ${same} of ${texts.length} the same`)
  expect(same).toBe(texts.length)
}, 120_000)
