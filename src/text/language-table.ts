// Builds languages.bin, the n-gram scores behind language.ts, from the "small" database of the npm package eld (Apache-2.0,
// Nito T.M.); run by build.ts, never by a stage.

interface Database {
  readonly languages: { readonly [index: string]: string }
  readonly ngrams: { readonly [gram: string]: { readonly [language: string]: number } }
}

/** What eld subtracts from each score to keep its database small. */
const BASE = 53

/** The bytes of languages.bin; language.ts says how they are laid out. */
export const languageTable = async (): Promise<Uint8Array> => {
  const entry = import.meta.resolve("eld/small")
  const { ngramsData } = (await import(new URL("../ngrams/small.js", entry).href)) as { ngramsData: Database }
  const { dictionary } = (await import(new URL("../dictionary.js", entry).href)) as {
    dictionary: ReadonlyArray<string>
  }
  const bytesOf = gramBytes(dictionary)
  const grams = Object.entries(ngramsData.ngrams)
    .map(([gram, scores]) => ({ key: bytesOf(gram), scores: Object.entries(scores) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
  const languages = Object.values(ngramsData.languages)
  const postings = grams.reduce((sum, { scores }) => sum + scores.length, 0)
  const head = 8 + languages.length * 2
  const out = Buffer.alloc(head + grams.length * 9 + 3 + postings * 2)
  out.writeUInt32LE(languages.length, 0)
  out.writeUInt32LE(grams.length, 4)
  out.write(languages.join(""), 8, "latin1")
  const offsets = head + grams.length * 6
  const scoresAt = offsets + (grams.length + 1) * 3
  let posting = 0
  grams.forEach(({ key, scores }, i) => {
    key.copy(out, head + i * 6)
    out.writeUIntLE(posting, offsets + i * 3, 3)
    for (const [language, score] of scores) {
      out[scoresAt + posting * 2] = Number(language)
      out[scoresAt + posting * 2 + 1] = score + BASE
      posting++
    }
  })
  out.writeUIntLE(posting, offsets + grams.length * 3, 3)
  return out
}

/** eld spells bytes beyond ASCII with letters of a dictionary; a gram of 3 to 6 bytes is padded with zeros behind. */
const gramBytes = (dictionary: ReadonlyArray<string>) => {
  const byteOf = new Map<string, number>()
  for (let byte = 128; byte < 256; byte++) if (dictionary[byte] !== " ") byteOf.set(dictionary[byte]!, byte)
  for (const char of "abcdefghijklmnopqrstuvwxyz'` ") byteOf.set(char, char.charCodeAt(0))
  return (gram: string): Buffer => {
    const bytes = Array.from(gram, (char) => byteOf.get(char) ?? 0)
    if (bytes.length > 6) throw new Error(`the gram "${gram}" has ${bytes.length} bytes`)
    return Buffer.from([...bytes, 0, 0, 0, 0, 0, 0].slice(0, 6))
  }
}
