// Numbers in sentences and tables.

/** A whole number with its thousands apart. Intl would load tables that cost more than a command's own start. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",")

/** A plain number with its noun: "1 row", "2 rows". */
export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? "" : "s"}`

/** An amount of whatever money prices are in: 0.0012, 3.40 */
export const moneyText = (money: number): string =>
  money >= 0.1 || money === 0 ? money.toFixed(2) : money.toPrecision(2)
