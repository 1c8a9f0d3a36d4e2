// Whether an answer declines, by how English refusals begin.

const REFUSAL =
  /^(?:i['\u2019]?m (?:very |really |so )?sorry,? (?:but|i)|sorry,? (?:but )?i|i apologi[sz]e|unfortunately,? i|as an? (?:ai|artificial|large|language)|i (?:cannot|can['\u2019]?t|can not|am (?:unable|not able)|won['\u2019]?t|will not|do not|don['\u2019]?t have (?:access|the ability|enough)|am just an? (?:ai|language))|i['\u2019]?m (?:unable|not able|just an? (?:ai|language))|(?:my|the) (?:training|knowledge) (?:data )?(?:ends|only|does)|it is not (?:possible|appropriate) for me)/i

/**
 * Whether an answer begins by declining.
 *
 * @example
 * import { isRefusal } from "#sluice/text"
 * isRefusal("I'm sorry, but I can't help with that.") // → true
 * isRefusal("The gate opens at dawn.") // → false
 */
export const isRefusal = (answer: string): boolean => REFUSAL.test(answer.trim().replace(/^["'*_#>\s]+/, ""))
