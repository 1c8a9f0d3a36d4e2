// Named settings of dedup.minhash: whose n-grams, how many minima in how many bands, and which hashes they are made with.
import * as Schema from "effect/Schema"
import { type PackedBytes, signAll, signAllWide, signOne, signOneWide, type Unit } from "#sluice/text"

export type ProfileName = "datatrove" | "refinedweb" | "curator"

/**
 * What a signature holds: `minima` of our 32-bit hashes; those of 64 bits that `datatrove` 0.10 makes, bit for bit; or a
 * 64-bit hash of each of the `bands` of our minima, for very many of them.
 */
export const Signature = Schema.Literals(["minima", "datatrove", "bands"])

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
 * Settings by their names, where they differ from ours. `datatrove` is FineWeb's: the same numbers and hashes. `refinedweb` has
 * the bands of RefinedWeb (Penedo et al. 2023, G.3) and `curator` the characters and bands of NeMo Curator, both with our
 * hashes: they join pairs with the same probability as theirs, not the same pairs. All take a band in common for enough.
 */
const profiles = (): { readonly [P in ProfileName]: Partial<SketchOptions> & { readonly threshold: number } } => ({
  datatrove: { signature: "datatrove", threshold: 0 },
  refinedweb: { signature: "bands", bands: 450, rows: 20, threshold: 0 },
  curator: { shingle: "characters", ngram: 24, bands: 20, rows: 13, seed: 42, threshold: 0 }
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
  /** 32-bit words of a minimum. */
  readonly width: 1 | 2
  /** Whether a signature holds a hash of each band in place of its minima. */
  readonly folded: boolean
}

/** How texts are signed by a call's options. */
export const sketchOf = ({ signature, shingle, ngram, bands, rows, seed }: SketchOptions): Sketch => {
  if (signature === "datatrove" && shingle === "characters")
    throw new TypeError('dedup.minhash: datatrove signs n-grams of words; leave out shingle: "characters"')
  const width = signature === "minima" ? 1 : 2
  return { unit: shingle, ngram, bands, rows, seed, width, folded: signature === "bands" }
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
