// Reads fields of adapter_config.json.

/** Whether a field says anything: not null, false, or empty. */
export const isFilled = (value: unknown): boolean =>
  value !== null &&
  value !== undefined &&
  value !== false &&
  (typeof value !== "object" || Object.keys(value).length > 0)

/** An object of numbers; nothing for anything else. */
export const numbersOf = (value: unknown): Record<string, number> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, number]) => [key, Number(number)]))
    : {}

/** A list of texts; a single text is a list of one. */
export const textsOf = (value: unknown): string[] =>
  value === null || value === undefined ? [] : [value].flat().map(String)
