// The escapes of roff that occur in man pages: fonts go, named characters become the characters they stand for.

const NAMED: { readonly [name: string]: string } = {
  bu: "•",
  em: "—",
  en: "–",
  hy: "-",
  mi: "-",
  aq: "'",
  cq: "’",
  oq: "‘",
  dq: '"',
  lq: "“",
  rq: "”",
  la: "<",
  ra: ">",
  ti: "~",
  ha: "^",
  rs: "\\",
  co: "©",
  rg: "®",
  tm: "™",
  de: "°",
  ss: "ß",
  "->": "→",
  "<-": "←",
  ga: "`",
  sl: "/",
  at: "@",
  sh: "#",
  lB: "[",
  rB: "]",
  lC: "{",
  rC: "}"
}

/** Resolves the escapes of a line of text. */
export const escapes = (line: string): string =>
  line.includes("\\")
    ? line
        .replace(/\\["#].*$/, "")
        .replace(/\\f(?:\[[^\]]*\]|\(..|.)/g, "")
        .replace(/\\[sv](?:[+-]?\d{1,2}|'[^']*'|\[[^\]]*\])/g, "")
        .replace(/\\\*(?:\(..|\[[^\]]*\]|.)/g, "")
        .replace(/\\\[u([0-9A-Fa-f]{4,6})\]/g, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
        .replace(/\\(?:\((..)|\[([^\]]+)\])/g, (_, two, name) => named(two ?? name))
        .replace(/\\([-. '`])/g, "$1")
        .replace(/\\~/g, " ")
        .replace(/\\[&|^/,:%)cdu]/g, "")
        .replace(/\\e/g, "\u0000")
        .replace(/\\(.)/g, "$1")
        .replace(/\u0000/g, "\\")
    : line

const named = (name: string): string => (Object.hasOwn(NAMED, name) ? NAMED[name]! : "")

/** The arguments of a macro line: split at spaces, double quotes hold words together; escapes resolved. */
export const macroArguments = (text: string): Array<string> =>
  Array.from(text.replace(/(^|\s)\\".*$/, "").matchAll(/"((?:[^"]|"")*)"?|(?:\\ |[^\s"])(?:\\ |\S)*/g), (match) =>
    escapes(match[1] === undefined ? match[0] : match[1].replace(/""/g, '"'))
  )
