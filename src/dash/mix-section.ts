// The section on the mixture: languages and sources of the rows, before the pipeline and in its outputs.
import { shown } from "./excerpt.ts"
import { html, type Markup } from "./html.ts"
import type { Mix, MixGroup } from "./mix-report.ts"
import { count, percent } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"

const titles = {
  language: "Languages",
  file: "Files",
  folder: "Folders",
  host: "Hosts of the column url"
} as const satisfies { readonly [O in Mix["of"]]: string }

const columns = { language: "Language", file: "File", folder: "Folder", host: "Host" } as const

const bars = (mix: Mix, { before, after }: MixGroup): Markup => {
  const bar = (rows: number, all: number, name: string) =>
    html`<span class="bar"><i class="${name}" style="width:${((rows / Math.max(1, all)) * 100).toFixed(2)}%"></i></span>`
  return html`${bar(before, mix.before, "part-before")}${after.map((rows, at) => bar(rows, mix.outputs[at]!.rows, "part-kept"))}`
}

const line = (mix: Mix, group: MixGroup): Markup =>
  html`<tr><th scope="row">${group.name === null ? html`<i>${count(mix.others)} others</i>` : shown(group.name)}${bars(mix, group)}</th><td class="n">${count(group.before)}</td><td class="n">${percent(group.before, mix.before)}</td>${group.after.map(
    (rows, at) =>
      html`<td class="n${rows === 0 ? " zero" : ""}">${count(rows)}</td><td class="n${rows === 0 ? " zero" : ""}">${percent(rows, mix.outputs[at]!.rows)}</td>`
  )}</tr>
`

const table = (mix: Mix): Markup => {
  const before = mix.of === "language" ? "before" : "read"
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${titles[mix.of]} before and after"><table class="mix"><caption>${titles[mix.of]}${mix.of === "language" ? html`, as <code>${mix.node}</code> tells them` : html` of <code>${mix.node}</code>`}</caption><thead><tr><th scope="col">${columns[mix.of]}</th><th scope="col" class="n">Rows ${before}</th><th scope="col" class="n">Share</th>${mix.outputs.map(({ name }) => html`<th scope="col" class="n">${name}</th><th scope="col" class="n">Share</th>`)}</tr></thead><tbody>
${mix.groups.map((group) => line(mix, group))}</tbody></table></div>`
}

/** The section on the mixture, or null where nothing is known of it. */
export const mixSection = (data: ReportData): Markup | null => {
  const mixes = data.rows?.mixes ?? []
  return mixes.length === 0
    ? null
    : html`<section id="mix"><h2>Mixture</h2><p class="intro">Rows before the pipeline, and rows of its outputs by what they descend from; the upper bar is the share before, the lower ones are shares of the outputs.</p>
${mixes.map(table)}</section>`
}
