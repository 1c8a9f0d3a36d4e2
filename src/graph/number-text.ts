// Numbers in sentences and tables.

/** A whole number with its thousands apart. Intl would load tables that cost more than a command's own start. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",")

/** A plain number with its noun: "1 row", "2 rows". */
export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? "" : "s"}`
