// A polynomial over 16-byte digests modulo 2^127 − 1, in limbs of 22 bits: every product and sum is exact in a double.

/** The point at which the polynomial is taken. */
export const base = 0x5f3759df9e3779b97f4a7c15d1b54a33n
/** The modulus. */
export const prime = (1n << 127n) - 1n

const bits = 2 ** 22
const [b0, b1, b2, b3, b4, b5] = [0n, 1n, 2n, 3n, 4n, 5n].map((i) => Number((base >> (22n * i)) & 0x3fffffn)) as [
  number,
  number,
  number,
  number,
  number,
  number
]

/**
 * Horner's rule over the digests as big-endian numbers d: s ← s · base + d + 1. As 2^132 = 2^5 modulo the prime, limb
 * k + 6 of a product falls on limb k 32 times; what stands above bit 127 falls on bit 0.
 */
export const polynomial = (digests: Uint8Array): bigint => {
  const view = new DataView(digests.buffer, digests.byteOffset, digests.byteLength)
  let [s0, s1, s2, s3, s4, s5] = [0, 0, 0, 0, 0, 0]
  for (let at = 0; at < digests.byteLength; at += 16) {
    const w3 = view.getUint32(at)
    const w2 = view.getUint32(at + 4)
    const w1 = view.getUint32(at + 8)
    const w0 = view.getUint32(at + 12)
    const c6 = s1 * b5 + s2 * b4 + s3 * b3 + s4 * b2 + s5 * b1
    const c7 = s2 * b5 + s3 * b4 + s4 * b3 + s5 * b2
    const c8 = s3 * b5 + s4 * b4 + s5 * b3
    const c9 = s4 * b5 + s5 * b4
    const c10 = s5 * b5
    let c0 = s0 * b0 + 32 * c6 + (w0 & 0x3fffff) + 1
    let c1 = s0 * b1 + s1 * b0 + 32 * c7 + ((w0 >>> 22) | ((w1 & 0xfff) << 10))
    let c2 = s0 * b2 + s1 * b1 + s2 * b0 + 32 * c8 + ((w1 >>> 12) | ((w2 & 3) << 20))
    let c3 = s0 * b3 + s1 * b2 + s2 * b1 + s3 * b0 + 32 * c9 + ((w2 >>> 2) & 0x3fffff)
    let c4 = s0 * b4 + s1 * b3 + s2 * b2 + s3 * b1 + s4 * b0 + 32 * c10 + ((w2 >>> 24) | ((w3 & 0x3fff) << 8))
    let c5 = s0 * b5 + s1 * b4 + s2 * b3 + s3 * b2 + s4 * b1 + s5 * b0 + (w3 >>> 14)
    for (let pass = 0; pass < 2; pass++) {
      let carry = Math.floor(c0 / bits)
      c0 -= carry * bits
      c1 += carry
      carry = Math.floor(c1 / bits)
      c1 -= carry * bits
      c2 += carry
      carry = Math.floor(c2 / bits)
      c2 -= carry * bits
      c3 += carry
      carry = Math.floor(c3 / bits)
      c3 -= carry * bits
      c4 += carry
      carry = Math.floor(c4 / bits)
      c4 -= carry * bits
      c5 += carry
      carry = Math.floor(c5 / 0x20000)
      c5 -= carry * 0x20000
      c0 += carry
    }
    s0 = c0
    s1 = c1
    s2 = c2
    s3 = c3
    s4 = c4
    s5 = c5
  }
  return [s5, s4, s3, s2, s1, s0].reduce((sum, limb) => (sum << 22n) + BigInt(limb), 0n) % prime
}
