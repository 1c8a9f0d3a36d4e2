// Inline marks of reStructuredText: code stays as Markdown has it, references and roles become their text, emphasis goes.

/** Roles whose text is code. */
const code =
  /^(?:\w+:)?(func|meth|class|mod|attr|data|const|exc|obj|type|option|envvar|file|command|program|code|literal|samp|kbd|keyword|token|makevar|c|cpp|js|py)$/

/** The text of one line or paragraph; `replaced` are the document's own substitutions. */
export const rstInline = (source: string, replaced: ReadonlyMap<string, string>): string =>
  source
    .split(/(``[\s\S]+?``)/)
    .map((part, index) => (index % 2 === 1 ? codeSpan(part.slice(2, -2)) : plain(part, replaced)))
    .join("")
    .replace(/\s+/g, " ")
    .trim()

const codeSpan = (text: string): string => (text.includes("`") ? text : `\`${text}\``)

const plain = (text: string, replaced: ReadonlyMap<string, string>): string =>
  text
    .replace(/:([\w:+-]+):`([^`]+)`/g, (_, role: string, inner: string) => roleText(role, inner))
    .replace(/(^|[^`\\])`([^`]+)`(?::[\w-]+:|__?)/g, (_, before: string, inner: string) => before + shown(inner))
    .replace(/(^|[^`\\])`([^`<>]+)`(?!`)/g, (whole, before: string, inner: string) =>
      inner.startsWith("\u0001") ? whole : `${before}${inner}`
    )
    .replaceAll("\u0001", "`")
    .replace(/\|([^|\s](?:[^|]*[^|\s])?)\|_{0,2}/g, (whole, name: string) => replaced.get(name) ?? whole)
    .replace(/\*\*(?=\S)([\s\S]*?\S)\*\*/g, "$1")
    .replace(/(^|[\s([{<'"/:-])\*(?=[^\s*])([^*]*[^\s*])\*(?=$|[\s.,:;!?\-)\]}/'">])/g, "$1$2")
    .replace(/\[(\d+|#\w*|\*)\]_/g, "[$1]")
    .replace(/(^|[\s("'])([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)__?(?=$|[\s.,:;!?)'"])/g, "$1$2")
    .replace(/\\([\s\S])/g, (_, escaped: string) => (escaped.trim() === "" ? "" : escaped))

/** `text <target>` is its text. */
const shown = (inner: string): string => inner.replace(/\s*<[^<>]*>$/, "") || inner.replace(/^<|>$/g, "")

/** Backquotes of code are written as a mark, so that what follows does not take them for its own. */
const roleText = (role: string, inner: string): string => {
  if (role === "pep" || role === "rfc")
    return /^\d+$/.test(shown(inner)) ? `${role.toUpperCase()} ${shown(inner)}` : shown(inner)
  const text = shown(inner)
    .replace(/^[~!]/, "")
    .replace(/^(?:[\w.]+\.)(?=\w+$)/, inner.startsWith("~") ? "" : "$&")
  return code.test(role) ? `\u0001${text}\u0001` : text
}
