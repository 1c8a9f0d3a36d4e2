// A model service on this machine: speaks the protocol of chat completions, answers from the prompt alone, counts what it is asked.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface Completion {
  readonly model: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
  readonly temperature?: number
  readonly max_tokens?: number
  readonly response_format?: { readonly json_schema: { readonly schema: unknown } }
}

/** What the server does with a request instead of answering it: a status with a text and headers, or a text as the reply. */
export type Mood =
  | { readonly status: number; readonly text?: string; readonly headers?: { readonly [name: string]: string } }
  | { readonly reply: string }
  | { readonly body: string }
  | "hang"
  | "drop"

export class ChatServer {
  /** The prompts that were answered, in order. */
  readonly answered: Array<string> = []
  readonly requests: Array<Completion> = []
  readonly keys: Array<string | undefined> = []
  /** Milliseconds that an answer takes. */
  delay = 0
  /** Requests that are being answered, and the most there were at once. */
  busy = 0
  mostBusy = 0
  mood: (asked: Completion, prompt: string) => Mood | undefined = () => undefined
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<ChatServer> {
    const made = new ChatServer()
    await new Promise<void>((done) => made.#server.listen(0, "127.0.0.1", done))
    return made
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  /** Prompts answered since the last look, in order. */
  took(): ReadonlyArray<string> {
    return this.answered.splice(0).sort()
  }

  async #answer(request: IncomingMessage, response: ServerResponse) {
    const parts: Array<Buffer> = []
    for await (const part of request) parts.push(part as Buffer)
    if (request.url !== "/v1/chat/completions" || request.method !== "POST") {
      response.writeHead(404).end("no such place")
      return
    }
    const asked = JSON.parse(Buffer.concat(parts).toString()) as Completion
    const prompt = asked.messages.at(-1)!.content
    this.requests.push(asked)
    this.keys.push(request.headers.authorization)
    this.mostBusy = Math.max(this.mostBusy, ++this.busy)
    if (this.delay > 0) await new Promise((done) => setTimeout(done, this.delay))
    this.busy--
    const mood = this.mood(asked, prompt)
    if (mood === "hang") return
    if (mood === "drop") {
      request.socket.destroy()
      return
    }
    if (mood !== undefined && "status" in mood) {
      response.writeHead(mood.status, mood.headers).end(mood.text ?? "")
      return
    }
    if (mood !== undefined && "body" in mood) {
      response.writeHead(200).end(mood.body)
      return
    }
    this.answered.push(prompt)
    const content = mood?.reply ?? `reply to ${prompt}`
    const usage = { prompt_tokens: prompt.length, completion_tokens: content.length }
    const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }]
    response.writeHead(200, { "content-type": "application/json" })
    response.end(JSON.stringify({ object: "chat.completion", model: asked.model, choices, usage }))
  }

  [Symbol.dispose](): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
