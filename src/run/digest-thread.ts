// A thread that digests files for the one that lists them: paths come in, digests go out.
import { parentPort } from "node:worker_threads"
import { digestWhole } from "./whole-file.ts"

parentPort!.on("message", async (path: string) => {
  // What cannot be read here is read again by who asked, and told there.
  parentPort!.postMessage(await digestWhole(path).catch(() => undefined))
})
