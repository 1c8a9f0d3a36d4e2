// What no key can hold: clock, randomness, environment, disk, network, and code made at run time; judged by name.
import type { FingerprintCode } from "./fingerprint-error.ts"

export interface Hazard {
  readonly code: FingerprintCode
  readonly message: string
  readonly hint: string
}

const OPTION = "pass what it reads as an option or an input"
const IMPURE_HINT = `${OPTION}, or say impure: "why" in the stage's definition`

function impure(what: string, kind: string): Hazard {
  return { code: "SLUICE_IMPURE", message: `"${what}" reads ${kind}`, hint: IMPURE_HINT }
}

function opaque(message: string, hint: string): Hazard {
  return { code: "SLUICE_CANNOT_FOLLOW", message, hint }
}

const HARMLESS = new Set(["typeof", "instanceof", "prototype"])
const DATE_PURE = new Set(["UTC", "parse", "new"])
const IMPURE_GLOBALS = new Map([
  ["process", "the process and its environment"],
  ["performance", "the clock"],
  ["fetch", "the network"],
  ["WebSocket", "the network"],
  ["EventSource", "the network"],
  ["XMLHttpRequest", "the network"],
  ["navigator", "the machine"],
  ["localStorage", "the disk"],
  ["sessionStorage", "memory that other code writes"],
  ["WeakRef", "what the garbage collector did"],
  ["FinalizationRegistry", "what the garbage collector did"]
])
const OPAQUE_GLOBALS = new Set(["eval", "Function", "require", "module", "exports", "__dirname", "__filename"])

/** Why a use of a global, `name` or `name.member`, has no fingerprint; undefined when it is harmless. */
export function globalHazard(name: string, member: string | undefined): Hazard | undefined {
  const shown = member === undefined || member === "()" ? name : `${name}.${member}`
  if (name === "globalThis" || name === "global") return globalObjectHazard(name, member)
  if (member !== undefined && HARMLESS.has(member)) return undefined
  const kind = IMPURE_GLOBALS.get(name)
  if (kind !== undefined) return impure(shown, kind)
  if (OPAQUE_GLOBALS.has(name)) {
    return opaque(`"${name}" runs or finds code that cannot be followed`, "import the code, or write it as a function")
  }
  if (name === "Date") return member !== undefined && DATE_PURE.has(member) ? undefined : impure(shown, "the clock")
  if (name === "Temporal") return member === undefined || member === "Now" ? impure(shown, "the clock") : undefined
  if (name === "Intl") {
    // Without a date it formats today's.
    return member === undefined || member.startsWith("DateTimeFormat") ? impure(shown, "the clock") : undefined
  }
  if (name === "Math") {
    return member === undefined || member === "random" ? impure(shown, "unseeded randomness") : undefined
  }
  if (name === "crypto") return member === "subtle" ? undefined : impure(shown, "unseeded randomness")
  return undefined
}

function globalObjectHazard(name: string, member: string | undefined): Hazard | undefined {
  if (member === undefined) {
    return opaque(`"${name}" as a value can reach anything`, `name the global that is meant, as ${name}.name`)
  }
  if (member === "typeof") return undefined
  const dot = member.indexOf(".")
  return dot < 0 ? globalHazard(member, undefined) : globalHazard(member.slice(0, dot), member.slice(dot + 1))
}

const PURE_MODULES = new Set(
  [
    "assert assert/strict async_hooks buffer constants diagnostics_channel events path path/posix path/win32 punycode",
    "querystring stream stream/web stream/promises stream/consumers string_decoder timers timers/promises url util",
    "util/types zlib crypto"
  ]
    .join(" ")
    .split(" ")
)
const IMPURE_EXPORTS = /^(random|getRandom|generate|createDiffieHellman|createECDH|webcrypto$|prng|rng|pseudoRandom)/

/** Why a use of a built-in module's export has no fingerprint; undefined when it is harmless. */
export function builtinHazard(module: string, name: string): Hazard | undefined {
  const bareName = module.replace(/^node:/, "")
  const shown = name === "*" || name === "default" ? module : `${module}, ${name}`
  if (bareName === "module" || bareName === "vm" || bareName === "repl" || bareName === "inspector") {
    return opaque(`"${shown}" runs or finds code that cannot be followed`, "import the code by its name")
  }
  if (!PURE_MODULES.has(bareName)) return impure(shown, "the disk, the network or the machine")
  if (bareName === "crypto" && (name === "*" || name === "default" || IMPURE_EXPORTS.test(name))) {
    return impure(shown, "unseeded randomness")
  }
  if (bareName.startsWith("path") && (name === "resolve" || name === "relative")) {
    return impure(shown, "the working directory")
  }
  return bareName === "util" && name === "getCallSites" ? impure(shown, "the call stack") : undefined
}

/** Why a note of the syntax walk, `!what detail`, has no fingerprint. */
export function syntaxHazard(ref: string): Hazard {
  const [what, detail] = ref.split(" ")
  switch (what) {
    case "!import()":
      return opaque("an import() with a computed specifier can load anything", "import modules by a literal specifier")
    case "!import.meta":
      return impure("import.meta", "where the project lies")
    case "!asset":
      return opaque(
        "new URL(…, import.meta.url) with a computed or absolute path can name any file",
        'write the path as a literal that starts with "./" or "../"'
      )
    case "!constructor":
      return opaque('a call of ".constructor" can make code from text', "call the function or class by its name")
    case "!mutate":
      return opaque(`"${detail}" belongs to another module and is changed here`, "make a new value instead")
    case "!this":
      return opaque('"this" in a stage\'s function stands for the definition', "call a function of the module instead")
    case "!decorator":
      return opaque("a decorator does not run by type stripping", "call a function instead")
    default:
      return opaque("this syntax does not run by type stripping", "write it as plain JavaScript with types")
  }
}
