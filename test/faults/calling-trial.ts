// Faults where replies of a model are kept: the next run ends with the same bytes, and buys again no more than was on its way.
import { expect } from "vitest"
import { checkedEndpoints } from "../../src/run/model-endpoint.ts"
import { ChatServer } from "../run/chat-server.ts"
import type { Fault } from "./fault.ts"
import { FaultyProject } from "./faulty-project.ts"
import { coldDigests, faultText, faultsAt, tryCommand } from "./trial.ts"

/** Calls at once: so many may have been paid and not be kept yet. */
const atOnce = 2

export class CallingTrial {
  readonly #server: ChatServer
  readonly #project = new FaultyProject("calling")
  #cold: object = {}
  #stores = 0

  private constructor(server: ChatServer) {
    this.#server = server
    this.#project.calls = { endpoints: checkedEndpoints("models", { tiny: { url: server.url, atOnce } }) }
  }

  static async start(): Promise<CallingTrial> {
    const made = new CallingTrial(await ChatServer.start())
    made.#cold = await coldDigests(made.#project)
    return made
  }

  /** Everything that can go wrong with what the command does below cells/ in a run from nothing. */
  async faults(): Promise<ReadonlyArray<Fault>> {
    return faultsAt(await this.#project.operationsOn("counted", "command", /\/cells(\/|$)/))
  }

  async try(fault: Fault): Promise<void> {
    this.#server.took()
    await tryCommand(this.#project, fault, `store${this.#stores++}`, this.#cold)
    const prompts = this.#server.took()
    const again = prompts.length - new Set(prompts).size
    expect(again, `${faultText(fault)}: calls made twice`).toBeLessThanOrEqual(fault.what === "short" ? 0 : atOnce)
  }

  [Symbol.dispose](): void {
    this.#project[Symbol.dispose]()
    this.#server[Symbol.dispose]()
  }
}
