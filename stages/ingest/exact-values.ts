// Values of binary formats that a number does not hold: decimals and times of day, in the notation that all readers give.

/** `03:04:05.0006`; `unit` is ticks in a second. */
export const timeOfDay = (ticks: bigint, unit: bigint): string => {
  const seconds = ticks / unit
  const two = (number: bigint) => number.toString().padStart(2, "0")
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  const fraction = (ticks % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "")
  return fraction === "" ? clock : `${clock}.${fraction}`
}

/** Most digits of a decimal: those of 256 bits. */
const mostDigits = 76

/** Throws where a column of decimals has more places than there can be digits. */
export const checkScale = (scale: number): void => {
  if (Math.abs(scale) > mostDigits) throw new Error(`a column of decimals has ${scale} places`)
}

/** A decimal as a number where that says the same digits, else as text. */
export const decimal = (unscaled: bigint, scale: number): number | string => {
  if (scale < 0) return decimal(unscaled * 10n ** BigInt(-scale), 0)
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0")
  const cut = digits.length - scale
  const text = `${unscaled < 0n ? "-" : ""}${digits.slice(0, cut)}${scale > 0 ? `.${digits.slice(cut)}` : ""}`
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text
  return String(Number(text)) === short ? Number(text) : text
}

/** A whole number in two's complement, the most significant byte first. */
export const bigEndian = (bytes: Uint8Array): bigint => {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return bytes.length > 0 && bytes[0]! > 127 ? value - (1n << BigInt(8 * bytes.length)) : value
}
