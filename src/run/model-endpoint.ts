// Where models are reached: what a profile or the environment says of each, which no key holds.
import { SluiceError, unknownName } from "../errors.ts"

/** An endpoint that speaks the chat completions of OpenAI, which most servers of models do. */
export interface Endpoint {
  /** The address before /chat/completions. */
  readonly url: string
  /** What the service calls the model, where that is not its name in the pipeline. */
  readonly served?: string
  /** The environment variable that has the key; none is sent without it. */
  readonly keyVariable?: string
  /** Calls at once, at most. */
  readonly atOnce: number
  /** Of a million tokens, in whatever money the budget is. */
  readonly price?: { readonly input: number; readonly output: number }
  /** What a run may ask of it. */
  readonly budget?: { readonly calls?: number; readonly money?: number }
  /** Seconds that a call may take, 300 at most: longer the HTTP client waits for no answer. */
  readonly seconds: number
}

/** Tokens of a call, or of calls on average: of what is asked, and of the reply. */
export interface Tokens {
  readonly input: number
  readonly output: number
}

/** What a call costs at a price for a million tokens each. */
export const costOf = (price: NonNullable<Endpoint["price"]>, { input, output }: Tokens): number =>
  (input * price.input + output * price.output) / 1e6

export type Endpoints = { readonly [model: string]: Endpoint }

/** The environment variable that has endpoints as JSON, in the form of a profile's "models". */
export const modelsVariable = "SLUICE_MODELS"

const fields = ["url", "served", "keyVariable", "atOnce", "price", "budget", "seconds"]

const bad = (place: string, what: string, hint: string) =>
  new SluiceError("SLUICE_BAD_OPTION", `${place} ${what}`, { hint })

const isObject = (value: unknown): value is { readonly [field: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Endpoints as a profile has them; `place` says where they stand. */
export const checkedEndpoints = (place: string, given: unknown): Endpoints => {
  if (!isObject(given)) throw bad(place, "is no object", 'give { "MODEL": { "url": "http://127.0.0.1:8000/v1" } }')
  return Object.fromEntries(Object.entries(given).map(([model, one]) => [model, checked(`${place}.${model}`, one)]))
}

const checked = (place: string, given: unknown): Endpoint => {
  if (!isObject(given)) throw bad(place, "is no object", 'give { "url": "http://127.0.0.1:8000/v1" }')
  for (const field of Object.keys(given))
    if (!fields.includes(field))
      throw unknownName("SLUICE_UNKNOWN_OPTION", `${place} has no use for`, field, fields, "an endpoint has")
  const { url, served, keyVariable, atOnce = 8, price, budget, seconds = 300 } = given
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:/.test(url))
    throw bad(`${place}.url`, `cannot be ${JSON.stringify(url)}`, 'give an address like "http://127.0.0.1:8000/v1"')
  for (const [name, value] of Object.entries({ served, keyVariable }))
    if (value !== undefined && typeof value !== "string")
      throw bad(`${place}.${name}`, `cannot be ${JSON.stringify(value)}`, "give a text")
  if (!Number.isInteger(atOnce) || (atOnce as number) < 1 || (atOnce as number) > 1024)
    throw bad(`${place}.atOnce`, `cannot be ${JSON.stringify(atOnce)}`, "give a number from 1 to 1024")
  return {
    url: url.replace(/\/+$/, ""),
    atOnce: atOnce as number,
    seconds: amount(`${place}.seconds`, seconds, 300),
    ...(served === undefined ? {} : { served: served as string }),
    ...(keyVariable === undefined ? {} : { keyVariable: keyVariable as string }),
    ...(price === undefined ? {} : { price: amounts(`${place}.price`, price, ["input", "output"], true) as never }),
    ...(budget === undefined ? {} : { budget: amounts(`${place}.budget`, budget, ["calls", "money"], false) })
  }
}

const amount = (place: string, value: unknown, most = Number.MAX_VALUE): number => {
  if (typeof value === "number" && value >= 0 && value <= most) return value
  const range = most === Number.MAX_VALUE ? "of 0 or more" : `from 0 to ${most}`
  throw bad(place, `cannot be ${JSON.stringify(value)}`, `give a number ${range}`)
}

const amounts = (place: string, given: unknown, names: ReadonlyArray<string>, all: boolean) => {
  if (!isObject(given)) throw bad(place, "is no object", `give ${names.join(" and ")}`)
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw unknownName("SLUICE_UNKNOWN_OPTION", `${place} has no`, name, names, "it has")
  return Object.fromEntries(
    names.flatMap((name) => (all || name in given ? [[name, amount(`${place}.${name}`, given[name])]] : []))
  )
}

/** Endpoints that the environment says. */
export const endpointsOfEnvironment = (env: NodeJS.ProcessEnv = process.env): Endpoints => {
  const text = env[modelsVariable]
  if (text === undefined || text === "") return {}
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (cause) {
    throw new SluiceError("SLUICE_BAD_INPUT", `${modelsVariable} is not JSON: ${(cause as Error).message}`, {
      hint: `give ${modelsVariable}='{ "MODEL": { "url": "http://127.0.0.1:8000/v1" } }'`
    })
  }
  return checkedEndpoints(modelsVariable, given)
}

/** The error of models that stages call and nobody says where they are reached. */
export const noEndpoint = (missing: ReadonlyArray<{ readonly node: string; readonly model: string }>): SluiceError => {
  const models = [...new Set(missing.map(({ model }) => model))]
  const lines = JSON.stringify(
    { models: Object.fromEntries(models.map((model) => [model, { url: "http://127.0.0.1:8000/v1" }])) },
    undefined,
    2
  )
  return new SluiceError(
    "SLUICE_NO_MODEL",
    `${missing.map(({ node, model }) => `${node} calls the model "${model}"`).join("; ")}: it is not said where ${models.length === 1 ? "that is" : "those are"} reached`,
    {
      evidence: ["a profile would have:", ...lines.split("\n")],
      hint: `write these lines with your address to profiles/NAME.json and run with --profile NAME, or set ${modelsVariable}`
    }
  )
}
