// Seeded random numbers: the same seed and stream name give the same values on every machine and Node version.

/** A deterministic source of random numbers. */
export interface Random {
  /** Uniform in [0, 1) with 32 bits of resolution. */
  uniform(): number
  /** Standard normal, by the Box–Muller transform. */
  normal(): number
}

const mix = (value: number): number => {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

const hashText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/**
 * Opens the stream `name` of `seed`: xoshiro128** (Blackman and Vigna, 2018) whose state is filled by an integer hash.
 * Streams of different names are independent, so the order in which they are drawn does not matter.
 */
export const seededRandom = (seed: number, name = ""): Random => {
  const origin = mix(seed) ^ hashText(name)
  let a = mix(origin + 0x9e3779b9)
  let b = mix(origin + 0x3c6ef372)
  let c = mix(origin + 0xdaa66d2b)
  let d = mix(origin + 0x78dde6e4) | 1
  let spare: number | undefined
  const uniform = (): number => {
    const scaled = Math.imul(b, 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result / 0x1_0000_0000
  }
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  for (let warm = 0; warm < 8; warm++) uniform()
  return { uniform, normal }
}

/** A permutation of 0 … `count`−1 by the Fisher–Yates shuffle. */
export const shuffledOrder = (count: number, random: Random): Int32Array => {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random.uniform() * (index + 1))
    const kept = order[index]!
    order[index] = order[other]!
    order[other] = kept
  }
  return order
}
