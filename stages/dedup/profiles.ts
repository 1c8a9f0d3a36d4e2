// Named settings of dedup.minhash: whose n-grams, how many minima in how many bands, and which hashes they are made with.
import * as Schema from "effect/Schema"
import { type PackedBytes, signAll, signAllWide, signOne, signOneWide, type Unit } from "#sluice/text"

export const Profile = Schema.Literals(["datatrove", "refinedweb", "curator"])

/** What a call may say; what it leaves out its profile says. */
export interface SketchOptions {
  readonly profile: typeof Profile.Type | undefined
  readonly shingle: Unit | undefined
  readonly ngram: number | undefined
  readonly bands: number | undefined
  readonly rows: number | undefined
  readonly seed: number | undefined
}

export interface Sketch {
  readonly unit: Unit
  readonly ngram: number
  readonly bands: number
  readonly rows: number
  readonly seed: number
  /** The least similarity by default; 0 where a band in common is enough. */
  readonly threshold: number
  /** 32-bit words of a minimum. */
  readonly width: 1 | 2
  /** Whether a signature holds a hash of each band in place of its minima. */
  readonly folded: boolean
}

const words = { unit: "words", ngram: 5, bands: 14, rows: 8, seed: 1, threshold: 0.7, width: 1, folded: false } as const

/**
 * The settings by their names. `datatrove` is FineWeb's, bit for bit (datatrove 0.10, 64-bit hashes). `refinedweb` has the
 * bands of RefinedWeb (Penedo et al. 2023, G.3) and `curator` the characters and bands of NeMo Curator, both with our hashes:
 * they join the pairs that theirs join with the same probability, not the same pairs.
 */
const profiles: { readonly [P in typeof Profile.Type]: Sketch } = {
  datatrove: { ...words, threshold: 0, width: 2 },
  refinedweb: { ...words, bands: 450, rows: 20, threshold: 0, width: 2, folded: true },
  curator: { ...words, unit: "characters", ngram: 24, bands: 20, rows: 13, seed: 42, threshold: 0 }
}

/** The settings of a call. */
export const sketchOf = (given: SketchOptions): Sketch => {
  const base = given.profile === undefined ? words : profiles[given.profile]
  const { shingle, ngram, bands, rows, seed } = given
  if (given.profile === "datatrove" && shingle === "characters")
    throw new TypeError('dedup.minhash: the profile "datatrove" has n-grams of words')
  return {
    ...base,
    unit: shingle ?? base.unit,
    ngram: ngram ?? base.ngram,
    bands: bands ?? base.bands,
    rows: rows ?? base.rows,
    seed: seed ?? base.seed
  }
}

/** Minima that a stored signature has, 4 × `width` bytes each, and how many of them make a band. */
export const storedShape = ({ bands, rows, folded }: Sketch) =>
  folded ? { permutations: bands, rows: 1 } : { permutations: bands * rows, rows }

const shapeOf = ({ unit, ngram, bands, rows, seed }: Sketch) => ({ unit, ngram, permutations: bands * rows, seed })

/** Signs each text of a batch. */
export const signTexts = (texts: PackedBytes, rows: number, sketch: Sketch): PackedBytes => {
  if (sketch.folded) return foldBands(signAll(texts, rows, shapeOf(sketch)), sketch)
  return (sketch.width === 2 ? signAllWide : signAll)(texts, rows, shapeOf(sketch))
}

/** Signs one text; the bytes that `signTexts` gives. */
export const signText = (text: string, sketch: Sketch): Uint8Array => {
  if (!sketch.folded) return (sketch.width === 2 ? signOneWide : signOne)(text, shapeOf(sketch))
  const bytes = signOne(text, shapeOf(sketch))
  return foldBands({ offsets: Int32Array.of(0, bytes.length), bytes }, sketch).bytes
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
