// dedup.minhash: survivors, chains, thresholds, independence of partitions, recall and precision.
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { withProfile } from "../../../stages/dedup/profiles.ts"
import { minhash } from "../../../stages/dedup/minhash.ts"
import { columnValues, seeded, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, resolved, type Select } from "../declared.ts"

const select = minhash.declaration as Select & { readonly prepareOptions: object; readonly options: object }
const options = decodedDefaults({ ...select.prepareOptions, ...select.options } as never)

const full = (given: object) => ({ ...options, ...withProfile(given) })
const prepared = (texts: ReadonlyArray<string>, given: typeof options = options, partition = texts.length) => {
  const rows: Array<{ readonly [name: string]: unknown }> = []
  for (let at = 0; at < texts.length; at += partition) {
    const batch = select.prepareBatch!(textBatch("by", texts.slice(at, at + partition)), given)
    const columns = ["signature", "ngrams", "rank"].map((name) => [name, columnValues(batch, name)] as const)
    for (let row = 0; row < batch.rows; row++)
      rows.push(Object.fromEntries(columns.map(([name, values]) => [name, values[row]])))
  }
  return rows
}
const merges = (texts: ReadonlyArray<string>, given: object = {}, partition?: number) =>
  resolved(select, prepared(texts, full(given), partition), full(given))

const next = seeded(9)
const words = (count: number) => Array.from({ length: count }, () => `w${Math.floor(next() * 1e6)}`)
/** The text with every `step`-th word replaced: 5-gram Jaccard about (step − 5) / (step + 5). */
const changed = (text: ReadonlyArray<string>, step: number) =>
  text.map((word, i) => (i % step === step - 1 ? `${word}x` : word))

test("near duplicates merge into the first row, with their similarity", () => {
  const a = words(400)
  const found = merges([
    words(300).join(" "),
    a.join(" "),
    words(300).join(" "),
    changed(a, 100).join(" "),
    `${a.join(" ")}!`
  ])
  expect(found.map(({ row, into, reason }) => [row, into, reason])).toEqual([
    [3, 1, "near-duplicate"],
    [4, 1, "near-duplicate"]
  ])
  expect(found[0]!.similarity).toBeGreaterThan(0.8)
  expect(found[1]!.similarity).toBe(1)
  expect(select.reasons).toEqual(["near-duplicate", "seen-before"])
})

test("a chain ends in one survivor", () => {
  const chain = [words(600)]
  for (let i = 1; i < 8; i++) chain.push(chain[i - 1]!.map((word, at) => (at % 75 === i * 9 ? `${word}y` : word)))
  expect(merges(chain.map((text) => text.join(" "))).map(({ into }) => into)).toEqual([0, 0, 0, 0, 0, 0, 0])
})

test("texts of fewer words than an n-gram are kept", () => {
  expect(merges(["one two three four", "one two three four", "", ""])).toEqual([])
  expect(merges(["one two three four five", "one two three four five"]).length).toBe(1)
})

test("the threshold is a floor under the share of equal minima", () => {
  const a = words(2000)
  const texts = [a.join(" "), changed(a, 60).join(" ")]
  expect(merges(texts, { threshold: 0.95 })).toEqual([])
  expect(merges(texts, { threshold: 0.5 }).length).toBe(1)
})

test("partitions change nothing", () => {
  const texts = Array.from({ length: 120 }, (_, i) =>
    i % 3 === 0 ? words(80).join(" ") : `copy ${i % 7} ${"of the same text again ".repeat(9)}`
  )
  const whole = merges(texts)
  expect(whole.length).toBeGreaterThan(50)
  for (const partition of [1, 7, 50]) expect(merges(texts, {}, partition)).toEqual(whole)
})

test("row form and batch form prepare the same", () => {
  const texts = [words(50).join(" "), "too short", "", words(5).join(" "), "a a a a a a a"]
  const plain = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value)
  const profiles = ["datatrove", "refinedweb", "curator"].map((profile) => ({ profile }))
  for (const settings of [
    {},
    { verify: true },
    { keep: "longest" },
    { shingle: "characters", verify: true },
    ...profiles
  ]) {
    const given = full(settings)
    const rows = texts.map((by) => select.prepare({ by, rank: by }, given))
    const flat = (all: ReadonlyArray<object>) =>
      all.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
    expect(flat(rows)).toEqual(flat(prepared(texts, given)))
  }
})

test("with verify the threshold is Jaccard similarity itself", () => {
  // 396 n-grams; one word changed in the middle changes 5 of them: 391 in common of 401 in all.
  const a = words(400)
  const b = a.map((word, at) => (at === 200 ? "other" : word))
  const texts = [a.join(" "), b.join(" ")]
  const [least] = [391 / 401]
  expect(merges(texts, { verify: true, threshold: least })).toEqual([
    { row: 1, into: 0, similarity: least, reason: "near-duplicate" }
  ])
  expect(merges(texts, { verify: true, threshold: least + 1e-6 })).toEqual([])
})

test("rows that an earlier corpus has are dropped, through others too", () => {
  const known = words(300)
  const near = changed(known, 90)
  const texts = [words(300), near, changed(near, 95), words(300)].map((all) => all.join(" "))
  const against = [prepared([words(200).join(" ")]), prepared([known.join(" "), "short"])]
  expect(resolved(select, prepared(texts), options, { against })).toEqual([
    { row: 1, reason: "seen-before" },
    { row: 2, reason: "seen-before" }
  ])
  expect(resolved(select, prepared(texts), { ...options, keep: "longest" }, { against: [against[0]!] })).toEqual([
    expect.objectContaining({ row: expect.toBeOneOf([1, 2]), reason: "near-duplicate" })
  ])
})

test("the longest of a group survives where it is asked for", () => {
  const a = words(300).join(" ")
  const texts = [a, `${a} and`, words(300).join(" "), `${a} end`, `${a} more`]
  expect(merges(texts, { keep: "longest" }).map(({ row, into }) => [row, into])).toEqual([
    [0, 4],
    [1, 4],
    [3, 4]
  ])
  expect(merges(texts).map(({ row, into }) => [row, into])).toEqual([
    [1, 0],
    [3, 0],
    [4, 0]
  ])
})

test.each([
  ["datatrove", 896],
  ["refinedweb", 3600],
  ["curator", 1040]
])("profile %s: %d bytes a row, joined by a band in common", (profile, bytes) => {
  const letters = (count: number) =>
    words(count).map((word) => word.replace(/\d/g, (digit) => "abcdefghij"[Number(digit)]!))
  const a = letters(300)
  const texts = [letters(300), a, letters(300), changed(a, 150), a].map((text) => text.join(" "))
  expect(prepared(texts, full({ profile })).map(({ signature }) => (signature as Uint8Array).length)).toEqual(
    texts.map(() => bytes)
  )
  const found = merges(texts, { profile })
  expect(found.map(({ row, into }) => [row, into])).toEqual([
    [3, 1],
    [4, 1]
  ])
  expect(Math.abs(found[0]!.similarity! - 145 / 155)).toBeLessThan(0.07)
  expect(found[1]!.similarity).toBe(1)
  expect(merges(texts, { profile, threshold: 0.999 }).map(({ row }) => row)).toEqual([4])
})

test("a profile's settings can be changed one by one", () => {
  const [row] = prepared([words(40).join(" ")], full({ profile: "datatrove", bands: 3 }))
  expect((row!.signature as Uint8Array).length).toBe(3 * 8 * 8)
})

test("a profile stands for its options, which a call may change", () => {
  expect(withProfile({ profile: "curator", rows: 7 })).toEqual({
    ...{ signature: "curator", shingle: "characters", ngram: 24, bands: 20, rows: 7, seed: 42, threshold: 0 }
  })
  expect(withProfile({ profile: "datatrove", verify: true })).toEqual({ signature: "datatrove", verify: true })
  expect(withProfile({ ngram: 3 })).toEqual({ ngram: 3 })
  expect(() => merges(["a"], { profile: "datatrove", shingle: "characters" })).toThrow(
    'leave out shingle: "characters"'
  )
  expect(() => merges(["a"], { signature: "curator" })).toThrow('add shingle: "characters"')
})

test("curator joins equal texts that are shorter than an n-gram, and empty ones, as NeMo Curator does", () => {
  const texts = ["short", "", "short", "Short", ""]
  expect(merges(texts, { profile: "curator" }).map(({ row, into }) => [row, into])).toEqual([
    [2, 0],
    [4, 1]
  ])
})

test("refinedweb takes no notice of case, punctuation, accents and white space", () => {
  const a = words(60)
  const odd = a.map((word, i) =>
    i % 3 === 0 ? `«${word.toUpperCase()}»,\n` : i % 3 === 1 ? `${word}\u0301` : `${word}...`
  )
  const texts = [`don't ${a.join(" ")}`, `Dont  ${odd.join("\t")}`, `don t ${words(60).join(" ")}`]
  const [plain, marked] = prepared(texts, full({ profile: "refinedweb" })).map(
    ({ signature }) => signature as Uint8Array
  )
  expect(Buffer.from(plain!).equals(marked!)).toBe(true)
  expect(merges(texts, { profile: "refinedweb", verify: true }).map(({ row, into }) => [row, into])).toEqual([[1, 0]])
})

/** What Penedo et al. 2023 (G.3.1) state of 450 × 20, and the same formula for 20 × 13: 1 − (1 − Jʳ)ᵇ. */
test.each([
  ["refinedweb", 0.75, 0.76],
  ["refinedweb", 0.8, 0.994],
  ["curator", 0.8, 1 - (1 - 0.8 ** 13) ** 20]
])(
  "%s joins pairs at similarity %d with probability %d",
  (profile, similarity, probability) => {
    // One part changed in `step` leaves that share of n-grams: J = (step − ngram) / (step + ngram).
    const { ngram, shingle } = full({ profile }) as { readonly ngram: number; readonly shingle: string }
    const step = Math.round((ngram * (1 + similarity)) / (1 - similarity))
    const pairs = 120
    let joined = 0
    for (let pair = 0; pair < pairs; pair++) {
      const parts = shingle === "characters" ? Array.from(words(400).join("")) : words(400)
      const others = parts.map((part, i) => (i % step === step >> 1 ? String.fromCodePoint(0x4e00 + i) : part))
      const between = shingle === "characters" ? "" : " "
      joined += merges([parts.join(between), others.join(between)], { profile }).length
    }
    const deviation = Math.sqrt((probability * (1 - probability)) / pairs)
    expect(Math.abs(joined / pairs - probability)).toBeLessThan(3.5 * deviation + 0.03)
  },
  60_000
)

test("characters find what words miss", () => {
  const text = "ein sehr langes zusammengeschriebenes wort und noch eines das sich wiederholt"
  const glued = text.replaceAll(" ", "").repeat(3)
  const texts = [glued, `${glued}x`, words(30).join("")]
  expect(merges(texts)).toEqual([])
  expect(merges(texts, { shingle: "characters", ngram: 8 }).map(({ row, into }) => [row, into])).toEqual([[1, 0]])
})

const archive = new URL("../../../../shared/data/dedup-dev.tar.zst", import.meta.url).pathname

test("recall and precision on pairs of known similarity", ({ skip }) => {
  skip(!existsSync(archive), "shared/data/dedup-dev.tar.zst is not here")
  const folder = mkdtempSync(join(tmpdir(), "sluice-dedup-"))
  execFileSync("tar", ["--zstd", "-xf", archive, "-C", folder])
  const lines = (name: string) =>
    readFileSync(join(folder, "dedup/dev", name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
  const documents = lines("docs.jsonl").map((line) => JSON.parse(line) as { id: string; text: string })
  const pairs = lines("pairs.tsv")
    .map((line) => line.split("\t"))
    .filter((cells) => Number(cells[2]) > 0)
  rmSync(folder, { recursive: true })
  const texts = documents.map(({ text }) => text)
  const at = new Map(documents.map(({ id }, i) => [id, i]))
  const similarity = new Map(pairs.map(([a, b, j]) => [`${at.get(a!)}:${at.get(b!)}`, Number(j)]))
  const jaccard = (a: number, b: number) => similarity.get(`${a}:${b}`) ?? similarity.get(`${b}:${a}`) ?? 0
  const measured = (given: object, least: number) => {
    const group = documents.map((_, i) => i)
    const found = merges(texts, given)
    for (const { row, into } of found) group[row] = into!
    const recall = (above: number) => {
      const wanted = pairs.filter((cells) => Number(cells[2]) >= above)
      return wanted.filter(([a, b]) => group[at.get(a!)!] === group[at.get(b!)!]).length / wanted.length
    }
    // A row is joined soundly where it is that similar to any row of its group: a group is a chain of such pairs.
    const members = Map.groupBy(group.keys(), (row) => group[row]!)
    const sound = found.filter(({ row, into }) =>
      members.get(into!)!.some((other) => other !== row && jaccard(row, other) >= least)
    )
    return { recall, precision: sound.length / found.length, merged: found.length }
  }
  const usual = measured({}, 0.6)
  console.log(
    `14 × 8, estimated: recall at J ≥ 0.85 ${usual.recall(0.85).toFixed(4)}, at J ≥ 0.8 ${usual.recall(0.8).toFixed(4)}; joined at J ≥ 0.6 ${usual.precision.toFixed(4)} of ${usual.merged}`
  )
  expect(usual.recall(0.85)).toBeGreaterThan(0.97)
  expect(usual.precision).toBeGreaterThan(0.95)
  for (const threshold of [0.5, 0.6, 0.7, 0.8, 0.9]) {
    const { recall, precision, merged } = measured({ verify: true, bands: 25, rows: 5, threshold }, threshold)
    console.log(
      `25 × 5, verified at J ≥ ${threshold}: recall ${recall(threshold).toFixed(4)}, precision ${precision.toFixed(4)} of ${merged}`
    )
    expect(recall(threshold)).toBeGreaterThanOrEqual(threshold >= 0.7 ? 0.97 : 0.8)
    expect(precision).toBeGreaterThanOrEqual(0.99)
  }
})
