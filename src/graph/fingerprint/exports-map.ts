// Reads the "exports" and "imports" maps of package.json as Node does for an import statement.

const CONDITIONS = new Set(["node", "import", "module-sync", "node-addons", "default"])

/** The target of a key in a map of exact keys and patterns with one star, or undefined. */
export function mapTarget(map: { readonly [key: string]: unknown }, key: string): string | undefined {
  if (key in map && !key.includes("*")) return chooseTarget(map[key], undefined)
  let best: { pattern: string; star: string } | undefined
  for (const pattern in map) {
    const at = pattern.indexOf("*")
    if (at < 0) continue
    const [head, tail] = [pattern.slice(0, at), pattern.slice(at + 1)]
    if (!key.startsWith(head) || !key.endsWith(tail) || key.length < pattern.length) continue
    if (best && best.pattern.indexOf("*") >= at) continue
    best = { pattern, star: key.slice(at, key.length - tail.length) }
  }
  return best && chooseTarget(map[best.pattern], best.star)
}

/** The file that a subpath of a package stands for, relative to the package, or undefined. */
export function exportTarget(manifest: { readonly [field: string]: unknown }, subpath: string): string | undefined {
  const exported = manifest.exports
  if (exported === undefined || exported === null) {
    if (subpath !== ".") return subpath
    return typeof manifest.main === "string" ? manifest.main : "./index.js"
  }
  const isMap = typeof exported === "object" && !Array.isArray(exported) && Object.keys(exported)[0]?.startsWith(".")
  const map = (isMap ? exported : { ".": exported }) as { [key: string]: unknown }
  return mapTarget(map, subpath)
}

function chooseTarget(target: unknown, star: string | undefined): string | undefined {
  if (typeof target === "string") return star === undefined ? target : target.replaceAll("*", star)
  if (Array.isArray(target)) {
    for (const item of target) {
      const chosen = chooseTarget(item, star)
      if (chosen !== undefined) return chosen
    }
    return undefined
  }
  if (typeof target !== "object" || target === null) return undefined
  for (const [condition, value] of Object.entries(target)) {
    if (!CONDITIONS.has(condition)) continue
    const chosen = chooseTarget(value, star)
    if (chosen !== undefined) return chosen
  }
  return undefined
}
