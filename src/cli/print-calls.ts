// Calls of models as text: what a plan expects, and what a run made.
import { count, moneyText, plural } from "../graph/number-text.ts"
import type { PlannedCalls } from "../graph/plan.ts"
import type { CallSum } from "../run/journal.ts"

/** "0–12 calls for 0.01–0.02": money where prices are known. */
export const callsRange = ({ count: [low, high], money }: PlannedCalls): string => {
  const number = low === high ? plural(high, "call") : `${count(low)}–${plural(high, "call")}`
  if (money === undefined) return number
  const [from, to] = [moneyText(money[0]), moneyText(money[1])]
  return `${number} for ${from === to ? to : `${from}–${to}`}`
}

/** "12 calls bought for 0.02, 3 known" */
export const callsText = ({ bought, found, money }: CallSum): string => {
  const cost = money === undefined ? "" : ` for ${moneyText(money)}`
  const known = found === 0 ? [] : [`${bought > 0 ? count(found) : plural(found, "call")} known`]
  return [...(bought > 0 || found === 0 ? [`${plural(bought, "call")} bought${cost}`] : []), ...known].join(", ")
}
