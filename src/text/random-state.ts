// The Mersenne Twister as NumPy's RandomState draws numbers from it, so that a sketch can have another project's permutations.

const WORDS = 624
const FAR = 397

const seededState = (seed: number): Uint32Array => {
  const state = new Uint32Array(WORDS)
  state[0] = seed
  for (let i = 1; i < WORDS; i++) {
    const before = state[i - 1]! ^ (state[i - 1]! >>> 30)
    state[i] = Math.imul(before, 1812433253) + i
  }
  return state
}

const refill = (state: Uint32Array): void => {
  for (let i = 0; i < WORDS; i++) {
    const y = (state[i]! & 0x80000000) | (state[(i + 1) % WORDS]! & 0x7fffffff)
    state[i] = state[(i + FAR) % WORDS]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}

/**
 * A source of integers in [low, high), as `numpy.random.RandomState(seed).randint(low, high, dtype=uint64)` gives them one
 * after another, and `dtype=uint32` those of ranges below 2³²: 64 bits, or 32, are masked to the width of the range and drawn
 * again where they lie beyond it. The generator is MT19937 (Matsumoto and Nishimura 1998).
 *
 * @example
 * import { randomState } from "#sluice/text"
 * randomState(1)(1n, 2n ** 61n - 1n) // → 775169054918279404n
 */
export const randomState = (seed: number): ((low: bigint, high: bigint) => bigint) => {
  const state = seededState(seed)
  let at = WORDS
  const word = (): bigint => {
    if (at === WORDS) {
      refill(state)
      at = 0
    }
    let y = state[at++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return BigInt((y ^ (y >>> 18)) >>> 0)
  }
  return (low, high) => {
    const range = high - low - 1n
    const mask = (1n << BigInt(range.toString(2).length)) - 1n
    for (;;) {
      const drawn = (range > 0xffffffffn ? (word() << 32n) | word() : word()) & mask
      if (drawn <= range) return low + drawn
    }
  }
}
