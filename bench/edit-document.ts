// Adds a sentence to the document in the middle of a file: a process of its own, whose memory is not collected while a run is timed.
import { readFileSync, writeFileSync } from "node:fs"

const path = process.argv[2]!
const lines = readFileSync(path, "utf8").split("\n")
const line = lines.length >> 1
lines[line] = lines[line]!.replace(/"(text|html)":"/, '"$1":"A sentence more. ')
writeFileSync(path, lines.join("\n"))
