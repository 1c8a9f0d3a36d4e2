// Small random modules with aliases, shadowing, effects, re-exports and shared state, and random edits of them.

import type { Dice } from "./dice.ts"

export interface RandomModule {
  imports: string[]
  items: string[]
}

/** Modules by file name; the last but one holds the stage, and the last is the pipeline. */
export type RandomProject = Map<string, RandomModule>

const COUNT = 4

/** Items that share or read what other items change. */
const SHARED = [
  "export const l1 = l0; l1.push(4)",
  "export const l2 = [...l0]",
  "export const { a: d0, b: { c: d1 } } = o0",
  "export const [d2, d3 = 3] = l0",
  "export const g0 = (function* () { yield 1; yield 2; yield 3 })()",
  "export const g1 = typeof g0 === 'undefined' ? 0 : [...g0].length",
  "export const g2 = typeof g0 === 'undefined' ? 0 : [...g0].length",
  "export const o1 = { get a() { l0.push(1); return l0.length } }",
  "export const o2 = typeof o1 === 'undefined' ? 1 : o1.a",
  "export const f2 = (x) => (x <= 0 ? c0 : f3(x - 1) + 1)\nexport const f3 = (x) => (x <= 0 ? c1 : f2(x - 1) * 2)",
  "export const n0 = new Set(l0).size",
  "export const w0 = v0\nexport var v0 = c1",
  "export const q1 = new Map(q0)",
  "export class L { static at = l0.length; static { globalThis.trace = 5 } }"
]
/** Stages and handles, things that look like them, and calls of both. */
const HANDLES = [
  "const note = (x) => (globalThis.trace = (globalThis.trace ?? 0) * 3 + (x?.by ?? 1))",
  "export const fake = (x) => { note(x); const h = () => h; h.pipe = (...a) => note({ by: a.length }) && h; return (h.train = h.test = h) }",
  'export const s0 = Stage.map({ name: "s0", apply: (x) => x })',
  'export const s0 = Stage.map({ name: "s0", apply: (x) => x })',
  "export const s0 = (x) => { note(x); return fake({ by: 2 }) }",
  'export let s0 = Stage.map({ name: "s0" }); s0 = (x) => { note(x); return fake(1) }',
  "const wrap = (x) => (y) => { note(y); return x(y) }",
  'export const s1 = wrap(Stage.map({ name: "s1" }))',
  'export const s1 = Stage.map({ name: "s1" })',
  "export const s1 = s0",
  "export const z0 = s0({ by: 2 })",
  "export const z0 = fake({ by: 2 })",
  "export const z0 = s0({ by: 1 }).pipe(split({ by: 1 }))",
  "export const { train: z1, test: z2 = 1 } = s0({ by: 3 }).pipe(split({ by: 1 }))",
  "export const { train: z1, test: z2 } = s0({ by: 3 }).pipe(split({ by: 1 }))",
  "export const z3 = z0.pipe(s0({ by: 1 }), s1({ by: 2 }))",
  "export const z3 = z1.pipe(s0({ by: 1 }))",
  "export const z4 = z0.pipe((x) => { note({ by: 3 }); return x })",
  "export const z4 = z0.pipe(s0)",
  "export const z5 = s0({ get by() { return note(2) } })",
  "export const z5 = s0({ by: note(2) })",
  "export const z5 = s0({ by: [1, s1({ by: 2 })] })(z0)",
  "export const o3 = f0(1) && { get by() { return note({ by: 4 }) } }",
  "export const z6 = s0(o3)",
  "export const z6 = s0({ ...o0 })",
  "export const z6 = s0({ ...o3 })",
  "export const z7 = fake(s0({ by: 1 }))"
]
const MOVING = [
  "export const r1 = l0.length",
  `export const r2 = \`\${q0.get('a')}\`.length`,
  "export const r3 = -l0[0]",
  "var v1 = 2"
]

/** Makes a project. */
export function makeProject(dice: Dice): RandomProject {
  const project: RandomProject = new Map()
  for (let index = 0; index < COUNT; index++) project.set(`m${index}.js`, makeModule(dice, project, index))
  const imports = ['import { Stage } from "#sluice"', ...importsOf(dice, project, COUNT, 5)]
  const names = importedNames(imports)
  const uses = [0, 1, 2, 3].map(() => call(dice, names, "row")).join(" + ")
  const items = [`export const s = Stage.map({ name: "s", apply: (row) => [${uses}, globalThis.trace] })`]
  if (dice.chance(40)) items.unshift(effect(dice))
  project.set("stage.js", { imports, items })
  project.set("pipeline.js", makePipeline(dice, project))
  return project
}

/** The module that a run imports: the stage's, and others before and after it. */
function makePipeline(dice: Dice, project: RandomProject): RandomModule {
  const imports = importsOf(dice, project, COUNT, dice.below(4))
  imports.splice(dice.below(imports.length + 1), 0, 'import { s } from "./stage.js"')
  const items = ["export { s }"]
  for (let count = dice.below(3); count > 0; count--) items.push(effect(dice))
  const called = importedNames(imports).filter((name) => /f\d$/.test(name))
  if (called.length > 0 && dice.chance(50)) items.push(`${dice.pick(called)}(${dice.below(4)})`)
  return { imports, items: items.filter((item) => !item.startsWith("export const e0")) }
}

/** The text of a module. */
export function render(module: RandomModule): string {
  return [...module.imports, ...module.items, ""].join("\n")
}

function makeModule(dice: Dice, project: RandomProject, index: number): RandomModule {
  const imports = ['import { Stage, split } from "#sluice"']
  if (index > 0) imports.push(...importsOf(dice, project, index, dice.below(4)))
  if (index > 0 && dice.chance(30)) imports.push(`export { f0 as h${index} } from "./m${dice.below(index)}.js"`)
  if (index > 0 && dice.chance(20)) imports.push(`export * from "./m${dice.below(index)}.js"`)
  const names = importedNames(imports)
  const items = [
    `export const c0 = ${dice.below(4)}`,
    `export const c1 = ${dice.below(4)}`,
    `export const l0 = [${dice.below(3)}, ${dice.below(3)}]`,
    `export const q0 = new Map([["a", ${dice.below(3)}]])`,
    `export const o0 = { a: ${dice.below(3)}, b: { c: ${dice.below(3)} } }`,
    makeFunction(dice, "f0", names),
    makeFunction(dice, "f1", [...names, "f0"]),
    `export class K { static n = ${dice.below(4)}\n  #v = ${dice.below(4)}\n  get v() { return this.#v + K.n } }`
  ]
  items.push(...SHARED.filter(() => dice.chance(12)))
  items.push(...handles(dice, names))
  for (let count = dice.below(4); count > 0; count--) items.push(effect(dice))
  items.splice(dice.below(items.length), 0, ...(dice.chance(40) ? [dice.pick(MOVING)] : []))
  if (dice.chance(50))
    items.push(`export const r0 = ${dice.pick(["l0.length", "[...l0].length", "o0.b.c", "q0.get('a')"])}`)
  else items.push("export const r0 = c1")
  for (let count = dice.below(2); count > 0; count--) items.push(effect(dice))
  const acting = items.findIndex((item) => item.startsWith("export const e0"))
  return { imports, items: items.filter((item, at) => at === acting || !item.startsWith("export const e0")) }
}

/** Some declarations of stages and handles, each name once, after what they use; some use those of other modules. */
function handles(dice: Dice, imported: ReadonlyArray<string>): string[] {
  const known = new Set<string>()
  const items: string[] = []
  for (const item of HANDLES) {
    const name = /(?:const|let) (?:\{ train: )?(\w+)/.exec(item)![1]!
    if (known.has(name) || dice.chance(name === "note" ? 20 : 50)) continue
    const text = item.replace(/(?<== .*)\b([sz]\d)\b(?!")/g, (used) => {
      const others = imported.filter((other) => other.endsWith(`_${used}`))
      return others.length > 0 && dice.chance(60) ? dice.pick(others) : used
    })
    const missing = [...text.matchAll(/\b(?:note|fake|wrap|o3|[sz]\d)\b(?!")/g)].filter(([used]) => !known.has(used))
    if (missing.some(([used]) => used !== name && !text.includes(`test: ${used}`))) continue
    known.add(name)
    if (name === "z1") known.add("z2")
    items.push(text)
  }
  return items
}

function importsOf(dice: Dice, project: RandomProject, below: number, count: number): string[] {
  const lines: string[] = []
  for (let index = 0; index < count; index++) {
    const target = `m${dice.below(below)}.js`
    const from = `./${target}`
    const text = project.get(target)!.items.join("\n")
    const name = dice.pick(
      [...text.matchAll(/^export (?:const|let|var|class|function) (\w+)/gm)].map((match) => match[1]!)
    )
    if (dice.chance(12)) lines.push(`import "${from}"`)
    else if (dice.chance(20)) lines.push(`import * as i${index}_ns from "${from}"`)
    else lines.push(`import { ${name} as i${index}_${name} } from "${from}"`)
  }
  return lines
}

function importedNames(imports: ReadonlyArray<string>): string[] {
  return imports.flatMap((line) => [...line.matchAll(/as (i\d_\w+)/g)].map((match) => match[1]!))
}

function makeFunction(dice: Dice, name: string, names: ReadonlyArray<string>): string {
  const locals = ["const t0 = x + 1"]
  if (dice.chance(25)) locals.push(`const c0 = x * ${dice.below(5)}`)
  if (dice.chance(15)) locals.push("l0.push(x)")
  if (dice.chance(20)) locals.push(`const { a: t1 = c1 } = { b: x }`)
  const parts = [
    dice.pick(["x", "t0", "y"]),
    call(dice, names, "x"),
    dice.pick(["c0", "c1", "l0.length", "o0.a", "q0.get('a')"])
  ]
  const value = parts.join(dice.pick([" + ", " - ", " * "]))
  if (dice.chance(50)) return `export function ${name}(x, y = c0) { ${locals.join("; ")}; return ${value} }`
  return `export const ${name} = (x, y = ${dice.below(3)}) => { ${locals.join("; ")}; return ${value} }`
}

function call(dice: Dice, names: ReadonlyArray<string>, argument: string): string {
  if (names.length === 0) return argument
  const name = dice.pick(names)
  if (name.endsWith("ns"))
    return dice.pick([`${name}.f0(${argument})`, `${name}.c0`, `${name}.r0`, `Object.keys(${name}).length`])
  if (/f\d$/.test(name)) return `${name}(${argument})`
  if (/l\d$/.test(name)) return `${name}.length`
  if (/q\d$/.test(name)) return `${name}.get('a')`
  if (name.endsWith("o0")) return `${name}.b.c`
  if (/s\d$/.test(name)) return `typeof ${name}({ by: ${argument} })`
  if (/z\d$/.test(name)) return `typeof ${name}`
  return name.endsWith("K") ? `new ${name}().v` : name
}

function effect(dice: Dice): string {
  const n = dice.below(4)
  return dice.pick([
    `globalThis.trace = (globalThis.trace ?? 0) * 3 + ${n}`,
    `globalThis.trace = (globalThis.trace ?? 0) * 3 + ${n}`,
    `typeof l0 === "undefined" || l0.push(${n})`,
    `typeof q0 === "undefined" || q0.set("a", ${n})`,
    `typeof f0 === "undefined" || f0(${n})`,
    "export const e0 = typeof l0 === 'undefined' ? 0 : l0.push(2)"
  ])
}

/** Edits the project at random; what comes out need not run. */
export function editProject(dice: Dice, project: RandomProject): RandomProject {
  const edited: RandomProject = new Map()
  for (const [name, { imports, items }] of project) edited.set(name, { imports: [...imports], items: [...items] })
  const modules = [...edited.values()]
  const module = dice.pick(modules)
  const at = dice.below(module.items.length)
  switch (dice.below(12)) {
    case 0:
    case 1:
      module.items[at] = module.items[at]!.replace(/\b[0-4]\b/g, (digit) =>
        dice.chance(50) ? String(dice.below(5)) : digit
      )
      break
    case 2:
      swap(module.items, at, dice.below(module.items.length))
      break
    case 3:
      if (module.imports.length > 1)
        swap(module.imports, dice.below(module.imports.length), dice.below(module.imports.length))
      break
    case 4:
      swapAliases(dice, module)
      break
    case 5:
      module.items[at] = module.items[at]!.replace(/\bt0\b/g, "renamed")
      break
    case 6:
      module.items.splice(at, 0, effect(dice))
      break
    case 7:
      if (!module.items[at]!.startsWith("export")) module.items.splice(at, 1)
      break
    case 8:
      module.items[at] = module.items[at]!.replace(" + ", " - ")
      break
    case 9:
      if (module.imports.length > 0) {
        const line = dice.below(module.imports.length)
        module.imports[line] = module.imports[line]!.replace(/m\d\.js/, () => `m${dice.below(COUNT)}.js`)
      }
      break
    case 10:
      module.items[at] = module.items[at]!.replace(
        /\{ const t0/,
        `{ const ${dice.pick(["c0", "l0", "q0", "o0"])} = [x]; const t0`
      )
      break
    default: {
      const other = dice.pick(modules)
      const name = /export \w+ (\w+)/.exec(module.items[at]!)?.[1]
      const there = other.items.findIndex((item) => name !== undefined && /export \w+ (\w+)/.exec(item)?.[1] === name)
      if (there >= 0) [module.items[at], other.items[there]] = [other.items[there]!, module.items[at]!]
    }
  }
  return edited
}

function swap(list: string[], one: number, two: number): void {
  ;[list[one], list[two]] = [list[two]!, list[one]!]
}

function swapAliases(dice: Dice, module: RandomModule): void {
  const places = module.imports.map((line, index) => ({ line, index })).filter(({ line }) => /as i\d/.test(line))
  if (places.length < 2) return
  const [one, two] = [dice.pick(places), dice.pick(places)]
  const alias = (line: string): string => /as (i\d_\w+)/.exec(line)![1]!
  module.imports[one.index] = one.line.replace(/as i\d_\w+/, `as ${alias(two.line)}`)
  module.imports[two.index] = two.line.replace(/as i\d_\w+/, `as ${alias(one.line)}`)
}
