// Documents with planted duplicates, edits of one in a hundred of them, and which rows a run after an edit must compute.
import { Random } from "./random-numbers.ts"

export interface Document {
  readonly id: string
  readonly text: string
}

export type Files = ReadonlyArray<ReadonlyArray<Document>>

const files = 5
const perFile = 400

const random = new Random(2026)
const vocabulary = Array.from({ length: 3000 }, (_, i) => {
  let [word, rest] = ["", i + 100]
  for (; rest > 0; rest = Math.floor(rest / 20)) word += `${"bdfglmnprstvz"[rest % 13]}${"aeiou"[(rest * 7) % 5]}`
  return word + "klmnrst"[i % 7]
})

/** A text that no other shares five words in a row with. */
const textOf = (words: number): string => Array.from({ length: words }, () => random.pick(vocabulary)).join(" ")

/** The text with the last words replaced, or the first. */
const altered = (text: string, count: number, end: "first" | "last"): string => {
  const words = text.split(" ")
  const other = textOf(count).split(" ")
  const made = end === "first" ? [...other, ...words.slice(count)] : [...words.slice(0, -count), ...other]
  return made.join(" ")
}

const repeat = <A>(times: number, make: () => A): Array<A> => Array.from({ length: times }, make)

const length = () => random.between(90, 130)

const equal = () => {
  const text = textOf(length())
  return [text, `${text} `, text].slice(0, random.between(2, 3))
}
const alike = () => {
  const text = textOf(length())
  return [text, altered(text, 1, "last"), altered(text, 2, "last")]
}
/** The first is near the other two, which are not near each other. */
const bridged = () => {
  const text = textOf(120)
  return [text, altered(text, 15, "first"), altered(text, 15, "last")]
}
/** Of 60 to 79 words and the first of its kind. */
const middling = () => [textOf(random.between(60, 79))]
const middlingAndLonger = () => {
  const text = textOf(79)
  return [text, `${text} ${textOf(2)}`]
}
const longerAndMiddling = () => middlingAndLonger().reverse()

/** Texts that belong together, in dataset order. */
const groups: ReadonlyArray<ReadonlyArray<string>> = [
  ...repeat(60, equal),
  ...repeat(40, alike),
  ...repeat(10, bridged),
  ...repeat(12, middling),
  ...repeat(4, middlingAndLonger),
  ...repeat(4, longerAndMiddling),
  ...repeat(40, () => [textOf(random.between(20, 59))])
]

const order = Array.from({ length: files * perFile }, (_, i) => i)
for (let i = order.length - 1; i > 0; i--) {
  const j = random.below(i + 1)
  ;[order[i], order[j]] = [order[j]!, order[i]!]
}

const texts: Array<string> = Array.from({ length: files * perFile }, () => "")
/** Where the members of each group stand. */
const slots = groups.map((group) => order.splice(0, group.length).sort((a, b) => a - b))
groups.forEach((group, g) => {
  group.forEach((text, i) => {
    texts[slots[g]![i]!] = text
  })
})
for (const at of order) texts[at] = textOf(length())

let made = 0
const documentOf = (text: string): Document => ({ id: `d${made++}`, text })
const fresh = () => documentOf(textOf(length()))

const all = texts.map(documentOf)

/** Where the first members of some groups stand. */
const firstOf = (from: number, to: number): ReadonlySet<number> =>
  new Set(slots.slice(from, to).map(([first]) => first!))

const cut = (documents: ReadonlyArray<Document>): Files =>
  Array.from({ length: files }, (_, file) => documents.slice(file * perFile, (file + 1) * perFile))

/** Applied to each document by its place; what it gives stands there instead. */
const edited = (edit: (document: Document, at: number) => ReadonlyArray<Document>): Files =>
  cut(all).map((documents, file) => documents.flatMap((document, i) => edit(document, file * perFile + i)))

/** Ten of equal groups and ten of alike ones; and all that hold a group together. */
const first20 = new Set([...firstOf(0, 10), ...firstOf(60, 70)])
const bridges = firstOf(100, 110)
const replaced = ({ id }: Document): Document => ({ id, text: textOf(length()) })
const newOnes = repeat(20, fresh)
const [firstFile, ...otherFiles] = cut(all)
const copies = [...firstOf(20, 25)].map((at) => documentOf(all[at]!.text))

export const original: Files = cut(all)

export const edits = {
  "20 appended": [...original.slice(0, -1), [...original.at(-1)!, ...newOnes]],
  "20 inserted at the front": [[...newOnes, ...firstFile!], ...otherFiles],
  "20 inserted, spread": edited((document, at) => (at % 100 === 50 ? [fresh(), document] : [document])),
  "20 edited, spread": edited((document, at) => [at % 100 === 37 ? replaced(document) : document]),
  "20 deleted, spread": edited((document, at) => (at % 100 === 71 ? [] : [document])),
  "20 survivors of groups deleted": edited((document, at) => (first20.has(at) ? [] : [document])),
  "20 survivors of groups edited": edited((document, at) => [first20.has(at) ? replaced(document) : document]),
  "10 survivors that hold a group together edited": edited((document, at) => [
    bridges.has(at) ? replaced(document) : document
  ]),
  "5 copies at the front": [[...copies, ...firstFile!], ...otherFiles]
} satisfies { readonly [edit: string]: Files }

const shinglesOf = (text: string): ReadonlySet<string> => {
  const words = text.split(" ")
  return new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(" ")))
}

/** The first of each group of texts that are joined by a Jaccard similarity, found pair by pair. */
const firstOfAlike = (documents: ReadonlyArray<Document>, threshold: number): ReadonlyArray<Document> => {
  const shingles = documents.map(({ text }) => shinglesOf(text))
  const holders = new Map<string, Array<number>>()
  const root = documents.map((_, i) => i)
  const rootOf = (i: number): number => (root[i] === i ? i : rootOf(root[i]!))
  for (const [i, own] of shingles.entries()) {
    const common = new Map<number, number>()
    for (const shingle of own) {
      const others = holders.get(shingle) ?? []
      for (const other of others) common.set(other, (common.get(other) ?? 0) + 1)
      holders.set(shingle, [...others, i])
    }
    for (const [other, count] of common) {
      if (count / (own.size + shingles[other]!.size - count) < threshold) continue
      const [a, b] = [rootOf(i), rootOf(other)]
      root[Math.max(a, b)] = Math.min(a, b)
    }
  }
  return documents.filter((_, i) => rootOf(i) === i)
}

export interface Thresholds {
  readonly minWords: number
  /** Similarity from which on two texts are near duplicates. */
  readonly near: number
}

/** What each node of the pipeline reads of its rows, a text a row; and the ids of the rows that are left in the end. */
export interface Reading {
  readonly nodes: { readonly [node: string]: ReadonlyArray<string> }
  readonly left: ReadonlyArray<string>
}

export const readingOf = (corpus: Files, { minWords, near }: Thresholds): Reading => {
  const read = corpus.flat()
  const tidy = read.map(({ id, text }) => ({ id, text: text.trim() }))
  const seen = new Set<string>()
  const distinct = tidy.filter(({ text }) => !seen.has(text) && seen.add(text))
  const enough = distinct.filter(({ text }) => text.split(" ").length >= minWords)
  const left = firstOfAlike(enough, near)
  const only = (documents: ReadonlyArray<Document>) => documents.map(({ text }) => text)
  return {
    nodes: {
      "ingest.jsonl": read.map((document) => JSON.stringify(document)),
      "documents.tidy": only(read),
      "dedup.exact": only(tidy),
      "documents.spoken": only(distinct),
      "dedup.minhash": only(enough),
      "documents.titled": left.map((document) => JSON.stringify(document)),
      "documents.passages": only(left)
    },
    left: left.map(({ id }) => id)
  }
}

/** Rows by node that the run before had no row like: each of its rows stands for one of the run after. */
export const newRows = (before: Reading, after: Reading): { readonly [node: string]: number } =>
  Object.fromEntries(
    Object.entries(after.nodes).map(([node, values]) => {
      const known = new Map<string, number>()
      for (const value of before.nodes[node]!) known.set(value, (known.get(value) ?? 0) + 1)
      const unknown = values.filter((value) => {
        const left = known.get(value) ?? 0
        known.set(value, left - 1)
        return left <= 0
      })
      return [node, unknown.length]
    })
  )

/** A hundred short documents as JSON lines, with near duplicates and the same text again. */
export const linesOf = (seed: number): ReadonlyArray<string> => {
  const random = new Random(seed)
  const word = () => `${random.pick([..."abcdefghij"])}${random.below(5000).toString(36)}`
  const texts: Array<string> = []
  while (texts.length < 100) {
    const words = Array.from({ length: random.between(5, 40) }, word)
    texts.push(words.join(" "))
    if (random.chance(0.3)) texts.push([...words, word()].join(" "))
    if (random.chance(0.1)) texts.push(words.join(" "))
  }
  const order = texts.slice(0, 100).map((text) => ({ text, at: random.next() }))
  return order.sort((a, b) => a.at - b.at).map(({ text }) => JSON.stringify({ id: text.slice(0, 3), text }))
}
