// One call of a model's endpoint: what is sent, how often it is tried, and what the answers of a service mean.
import { setTimeout as sleep } from "node:timers/promises"
import type { CallMessage, Sampling } from "../stage/call-model.ts"
import type { Endpoint } from "./model-endpoint.ts"

/** What is asked of a service. */
export interface ServiceCall {
  readonly model: string
  readonly messages: ReadonlyArray<CallMessage>
  readonly sampling: Sampling
  /** JSON Schema that the reply should fit. */
  readonly schema?: unknown
}

export interface ServiceReply {
  readonly text: string
  /** Why the reply ended, as the service says. */
  readonly finish: string
  /** Tokens, as the service counts them; 0 where it does not. */
  readonly input: number
  readonly output: number
}

/**
 * `row`: this call will not be answered, others may. `busy`: it was tried as often as it is, and the service may be down.
 * `all`: the service answers no call of this model.
 */
export class ServiceError extends Error {
  readonly scope: "row" | "busy" | "all"

  constructor(scope: "row" | "busy" | "all", message: string) {
    super(message)
    this.scope = scope
  }
}

/** Tries of a call, also where the service says that there are too many calls; the pause behind the first, in milliseconds. */
const [tries, limitedTries] = [6, 30]
const firstPause = 500
const longestPause = 60_000

/** Characters of an answer that are quoted. */
const quoted = 300

interface Failed {
  readonly error: ServiceError
  /** Milliseconds that the service asks to wait. */
  readonly after?: number | undefined
  readonly isLimit?: boolean
}

export interface Asking {
  /** Told of each answer that was no reply, before it is tried again. */
  readonly retried: (why: string) => void
  /** Aborted where the reply is not waited for any more. */
  readonly signal: AbortSignal
  /** Milliseconds before the second try. */
  readonly pause?: number | undefined
}

/** Asks until there is a reply. A service that says it has too much to do is asked the more often, and the later. */
export const ask = async (
  endpoint: Endpoint,
  call: ServiceCall,
  { retried, signal, pause: first = firstPause }: Asking
): Promise<ServiceReply> => {
  for (let tried = 1, pause = first; ; tried++, pause = Math.min(longestPause, pause * 2)) {
    const answer = await once(endpoint, call, signal)
    if ("text" in answer) return answer
    const { error, after, isLimit } = answer
    if (error.scope !== "busy" || tried >= (isLimit ? limitedTries : tries)) throw error
    retried(error.message)
    // Others wait as well: so that they do not all come back at once.
    const spread = pause * (0.5 + Math.random() / 2)
    await sleep(Math.min(longestPause, Math.max(spread, after ?? 0)), undefined, { signal })
  }
}

const bodyOf = ({ served }: Endpoint, { model, messages, sampling, schema }: ServiceCall): string =>
  JSON.stringify({
    model: served ?? model,
    messages,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    max_tokens: sampling.maxTokens,
    stop: sampling.stop,
    seed: sampling.seed,
    response_format: schema === undefined ? undefined : { type: "json_schema", json_schema: { name: "reply", schema } }
  })

const once = async (endpoint: Endpoint, call: ServiceCall, signal: AbortSignal): Promise<ServiceReply | Failed> => {
  const { keyVariable, seconds } = endpoint
  const url = `${endpoint.url}/chat/completions`
  const key = keyVariable === undefined ? undefined : process.env[keyVariable]
  const headers = {
    "content-type": "application/json",
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` })
  }
  const late = AbortSignal.timeout(seconds * 1000)
  let status: number
  let text: string
  let after: number | undefined
  try {
    const body = bodyOf(endpoint, call)
    const answer = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.any([signal, late]) })
    status = answer.status
    after = pauseOf(answer.headers.get("retry-after"))
    text = await answer.text()
  } catch (cause) {
    if (signal.aborted) throw cause
    const what = late.aborted ? `gave no answer in ${seconds} s` : `cannot be reached: ${reasonOf(cause)}`
    return { error: new ServiceError("busy", `${url} ${what}`) }
  }
  if (status === 200) return replyOf(url, text)
  const said = `${url} answered ${status}: ${text.trim().slice(0, quoted) || "nothing more"}`
  if (status === 401 || status === 403 || status === 404) return { error: new ServiceError("all", said) }
  const isBusy = status === 408 || status === 409 || status === 429 || status >= 500
  return { error: new ServiceError(isBusy ? "busy" : "row", said), after, isLimit: status === 429 }
}

/** Seconds or a date, in milliseconds from now. */
const pauseOf = (header: string | null): number | undefined => {
  if (header === null) return undefined
  const milliseconds = /^[\d.]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined
}

const reasonOf = (cause: unknown): string => {
  const { message, cause: deeper } = cause as Error
  return deeper instanceof Error && deeper.message !== "" ? deeper.message : message
}

interface Completion {
  readonly choices?: ReadonlyArray<{
    readonly message?: { readonly content?: unknown; readonly refusal?: unknown }
    readonly finish_reason?: unknown
  }>
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown }
}

const replyOf = (url: string, text: string): ServiceReply | Failed => {
  let completion: Completion
  try {
    completion = JSON.parse(text) as Completion
  } catch {
    return { error: new ServiceError("busy", `${url} gave no JSON: ${text.slice(0, quoted)}`) }
  }
  const choice = completion?.choices?.[0]
  const content = choice?.message?.content
  if (typeof content !== "string") {
    const refusal = choice?.message?.refusal
    if (typeof refusal === "string") return { error: new ServiceError("row", `the model refused: ${refusal}`) }
    return { error: new ServiceError("busy", `${url} gave no reply: ${text.slice(0, quoted)}`) }
  }
  const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0)
  return {
    text: content,
    finish: typeof choice?.finish_reason === "string" ? choice.finish_reason : "",
    input: number(completion.usage?.prompt_tokens),
    output: number(completion.usage?.completion_tokens)
  }
}
