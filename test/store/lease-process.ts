// A process of its own that takes leases as a test tells it to.
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Command } from "./fixtures/lease-child.ts"

const script = fileURLToPath(new URL("./fixtures/lease-child.ts", import.meta.url))

export class LeaseProcess {
  readonly child: ChildProcess

  constructor(root: string, name: string, beat = 1000) {
    this.child = fork(script, [root, name, `${beat}`], { execArgv: [] })
  }

  async ask(command: Command): Promise<unknown> {
    const answered = once(this.child, "message")
    this.child.send(command)
    const [answer] = (await answered) as [{ readonly said?: unknown; readonly failed?: string }]
    if (answer.failed !== undefined) throw new Error(answer.failed)
    return answer.said
  }

  take(key: string): Promise<unknown> {
    return this.ask({ do: "take", key })
  }

  async kill(): Promise<void> {
    const gone = once(this.child, "exit")
    this.child.kill("SIGKILL")
    await gone
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL")
  }
}
