// What calls of models may cost in a run, and what they have: nothing is asked that could go beyond it.
import { SluiceError } from "../errors.ts"
import { count, moneyText, plural } from "../graph/number-text.ts"
import { costOf, type Endpoint } from "./model-endpoint.ts"

/** What a call may cost at most, as far as that is known before: characters a token is taken to have at least, on average. */
const charactersPerToken = 3

/** What is spent for one model, or for all. */
class Account {
  calls = 0
  money = 0
  /** Calls on their way, and what they may still cost. */
  flying = 0
  reserved = 0
  readonly #what: string
  readonly #most: { readonly calls?: number; readonly money?: number }

  constructor(what: string, most: { readonly calls?: number; readonly money?: number }) {
    this.#what = what
    this.#most = most
  }

  /** The limit that one more call would go beyond; undefined where it may be made. */
  over(money: number): "calls" | "money" | undefined {
    const { calls = Number.POSITIVE_INFINITY, money: most = Number.POSITIVE_INFINITY } = this.#most
    if (this.calls + 1 > calls) return "calls"
    return this.money + this.reserved + money > most ? "money" : undefined
  }

  error(limit: "calls" | "money", next: number): SluiceError {
    const { calls = 0, money = 0 } = this.#most
    const spent = `${plural(this.calls, "call")} of ${this.#what} cost ${moneyText(this.money)}`
    const [told, more] =
      limit === "calls"
        ? [`${plural(this.calls, "call")} of ${this.#what} of ${count(calls)}`, ""]
        : [`${spent} of ${moneyText(money)}`, `the next could cost ${moneyText(next)}`]
    return new SluiceError("SLUICE_BUDGET", `the budget is reached: ${told}`, {
      evidence: [...(more === "" ? [] : [more]), "replies and finished rows are kept"],
      hint: "run again with a larger budget (--budget MONEY, or the profile's): it goes on from here"
    })
  }
}

/** A call that may be made: what it is taken to cost until it is known. */
export interface Reserved {
  readonly settle: (tokens: { readonly input: number; readonly output: number } | undefined) => number
}

/** The accounts of one model in a run. */
class CallBudget {
  readonly #endpoint: Endpoint
  readonly #own: Account
  readonly #all: Account
  #longest = 0

  /** `total` is what the run may spend in all, shared by the budgets of its models. */
  constructor(model: string, endpoint: Endpoint, total: Account) {
    this.#endpoint = endpoint
    this.#own = new Account(`"${model}"`, endpoint.budget ?? {})
    this.#all = total
  }

  #priceOf(input: number, output: number): number {
    const { price } = this.#endpoint
    return price === undefined ? 0 : costOf(price, { input, output })
  }

  /**
   * Takes what a call may cost out of the budget. Where that is too much: `"wait"` if calls on their way may turn out
   * cheaper, else the error that ends the run. Without `maxTokens` a reply is taken to be as long as the longest so far.
   */
  reserve(characters: number, maxTokens: number | undefined): Reserved | "wait" | SluiceError {
    const money = this.#priceOf(characters / charactersPerToken, maxTokens ?? this.#longest)
    const accounts = [this.#own, this.#all]
    for (const account of accounts) {
      const limit = account.over(money)
      if (limit === undefined) continue
      return limit === "money" && account.flying > 0 ? "wait" : account.error(limit, money)
    }
    for (const account of accounts) {
      account.calls++
      account.flying++
      account.reserved += money
    }
    return {
      settle: (tokens) => {
        const cost = tokens === undefined ? 0 : this.#priceOf(tokens.input, tokens.output)
        this.#longest = Math.max(this.#longest, tokens?.output ?? 0)
        for (const account of accounts) {
          // Sums of amounts that come and go do not end at nothing by themselves.
          account.reserved = --account.flying === 0 ? 0 : account.reserved - money
          account.money += cost
          if (tokens === undefined) account.calls--
        }
        return cost
      }
    }
  }
}

/** The budgets of a run, however often it starts over. */
export class CallBudgets {
  readonly #total: Account
  readonly #models = new Map<string, CallBudget>()

  /** `money` is what all models together may cost. */
  constructor(money: number | undefined) {
    this.#total = new Account("all models", money === undefined ? {} : { money })
  }

  of(model: string, endpoint: Endpoint): CallBudget {
    const budget = this.#models.get(model) ?? new CallBudget(model, endpoint, this.#total)
    this.#models.set(model, budget)
    return budget
  }
}
