// Where the command line starts: the help of the whole command is text that was rendered before, anything else loads the commands.
import { readFileSync } from "node:fs"
import { stripVTControlCharacters } from "node:util"
import { colourful } from "./print.ts"

const [first, ...more] = process.argv.slice(2)
if (more.length === 0 && (first === undefined || first === "--help" || first === "-h")) {
  const help = readFileSync(new URL("./help.txt", import.meta.url), "utf8")
  process.stdout.write(colourful(process.stdout) ? help : stripVTControlCharacters(help))
} else await import("./main.ts")
