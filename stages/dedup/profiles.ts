// Named settings of dedup.minhash: whose n-grams, how many minima in how many bands, and which hashes they are made with.
import * as Schema from "effect/Schema"
import {
  curatorFamily,
  type PackedBytes,
  signAll,
  signAllMurmur,
  signAllWide,
  signOne,
  signOneMurmur,
  signOneWide,
  type Unit,
  unmarkAll,
  unmarked
} from "#sluice/text"

export type ProfileName = "datatrove" | "refinedweb" | "curator"

/**
 * What a signature holds: `minima` of our 32-bit hashes; those of 64 bits that `datatrove` 0.10 makes, or of 32 that `curator`
 * 1.4 does, bit for bit; a 64-bit hash of each of the `bands` of our minima, for very many of them; or that of the text as
 * `refinedweb` simplifies it.
 */
export const Signature = Schema.Literals(["minima", "datatrove", "curator", "bands", "refinedweb"])

/** What says how texts are signed. */
export interface SketchOptions {
  readonly signature: typeof Signature.Type
  readonly shingle: Unit
  readonly ngram: number
  readonly bands: number
  readonly rows: number
  readonly seed: number
}

/**
 * Settings by their names, where they differ from ours. `datatrove` is FineWeb's and `curator` NeMo Curator's, with the same
 * numbers and hashes as theirs. `refinedweb` has the bands and the simplified text of RefinedWeb (Penedo et al. 2023, G.3.1)
 * and our words and hashes, since its own were never published: it joins pairs with the same probability, not the same pairs.
 * All take a band in common for enough.
 */
const profiles = (): { readonly [P in ProfileName]: Partial<SketchOptions> & { readonly threshold: number } } => ({
  datatrove: { signature: "datatrove", threshold: 0 },
  refinedweb: { signature: "refinedweb", bands: 450, rows: 20, threshold: 0 },
  curator: { signature: "curator", shingle: "characters", ngram: 24, bands: 20, rows: 13, seed: 42, threshold: 0 }
})

/** A call's options with its profile's in place of the profile. With `verify` the threshold stays ours. */
export const withProfile = ({
  profile,
  ...given
}: { readonly profile?: ProfileName; readonly verify?: boolean } & Partial<SketchOptions>): {
  readonly [option: string]: unknown
} => {
  if (profile === undefined) return given
  const { threshold, ...settings } = profiles()[profile]
  return { ...settings, ...(given.verify ? {} : { threshold }), ...given }
}

export interface Sketch {
  readonly unit: Unit
  readonly ngram: number
  readonly bands: number
  readonly rows: number
  readonly seed: number
  /** Whose hashes are taken. */
  readonly family: "ours" | "datatrove" | "curator"
  /** 32-bit words of a minimum. */
  readonly width: 1 | 2
  /** Whether a signature holds a hash of each band in place of its minima. */
  readonly folded: boolean
  /** Whether texts are compared as RefinedWeb simplifies them. */
  readonly unmarked: boolean
}

/** How texts are signed by a call's options. */
export const sketchOf = ({ signature, shingle, ngram, bands, rows, seed }: SketchOptions): Sketch => {
  if (signature === "datatrove" && shingle === "characters")
    throw new TypeError('dedup.minhash: datatrove signs n-grams of words; leave out shingle: "characters"')
  if (signature === "curator" && shingle === "words")
    throw new TypeError('dedup.minhash: curator signs n-grams of characters; add shingle: "characters"')
  const folded = signature === "bands" || signature === "refinedweb"
  return {
    ...{ unit: shingle, ngram, bands, rows, seed },
    family: signature === "datatrove" || signature === "curator" ? signature : "ours",
    width: folded || signature === "datatrove" ? 2 : 1,
    folded,
    unmarked: signature === "refinedweb"
  }
}

/** Minima that a stored signature has, 4 × `width` bytes each, and how many of them make a band. */
export const storedShape = ({ bands, rows, folded }: Sketch) =>
  folded ? { permutations: bands, rows: 1 } : { permutations: bands * rows, rows }

const shapeOf = ({ unit, ngram, bands, rows, seed }: Sketch) => ({ unit, ngram, permutations: bands * rows, seed })

/** Texts as they are compared. */
export const comparedTexts = (texts: PackedBytes, rows: number, sketch: Sketch): PackedBytes =>
  sketch.unmarked ? unmarkAll(texts, rows) : texts

/** A text as it is compared. */
export const comparedText = (text: string, sketch: Sketch): string => (sketch.unmarked ? unmarked(text) : text)

/** Signs each text of a batch, as it is compared. */
export const signTexts = (texts: PackedBytes, rows: number, sketch: Sketch): PackedBytes => {
  const shape = shapeOf(sketch)
  if (sketch.family === "datatrove") return signAllWide(texts, rows, shape)
  if (sketch.family === "curator")
    return signAllMurmur(texts, rows, sketch.ngram, curatorFamily(shape.permutations, sketch.seed))
  const signed = signAll(texts, rows, shape)
  return sketch.folded ? foldBands(signed, sketch) : signed
}

/** Signs one text, as it is compared; the bytes that `signTexts` gives. */
export const signText = (text: string, sketch: Sketch): Uint8Array => {
  const shape = shapeOf(sketch)
  if (sketch.family === "datatrove") return signOneWide(text, shape)
  if (sketch.family === "curator")
    return signOneMurmur(text, sketch.ngram, curatorFamily(shape.permutations, sketch.seed))
  const bytes = signOne(text, shape)
  return sketch.folded ? foldBands({ offsets: Int32Array.of(0, bytes.length), bytes }, sketch).bytes : bytes
}

/** The 64-bit hash of each band in place of its minima. */
const foldBands = ({ offsets, bytes }: PackedBytes, { bands, rows }: Sketch): PackedBytes => {
  const minima = new Uint32Array(new Uint8Array(bytes).buffer)
  const folded = new Uint32Array((minima.length / rows) * 2)
  for (let band = 0; band < minima.length / rows; band++) {
    let a = rows
    let b = ~rows
    for (let i = band * rows; i < (band + 1) * rows; i++) {
      a = Math.imul(a ^ (a >>> 15), 0x9e3779b1) + minima[i]!
      b = Math.imul(b ^ (b >>> 13), 0x85ebca77) + minima[i]!
    }
    folded[2 * band] = a
    folded[2 * band + 1] = b
  }
  const ends = offsets.map((end) => (end / (bands * rows * 4)) * bands * 8)
  return { offsets: ends, bytes: new Uint8Array(folded.buffer) }
}
