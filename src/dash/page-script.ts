// The page's own script: sorts tables by a column, and shows the graph from its sources on. The page works without it.

/** JavaScript for the end of the page; it holds no `<`, so that it can stand in a script element as it is. */
export const pageScript = `
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0]
  const original = [...body.rows]
  const heads = [...table.tHead.rows[0].cells]
  heads.forEach((head, column) => {
    const button = document.createElement("button")
    button.type = "button"
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort")
      const next = now === null ? "descending" : now === "descending" ? "ascending" : null
      heads.forEach((other) => other.removeAttribute("aria-sort"))
      if (next === null) return body.append(...original)
      head.setAttribute("aria-sort", next)
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent
      const order = (a, b) => Number(a) - Number(b) || String(a).localeCompare(String(b))
      const sign = next === "ascending" ? 1 : -1
      body.append(...original.toSorted((a, b) => sign * order(value(a), value(b))))
    })
  })
}
for (const graph of document.querySelectorAll(".graph")) {
  const first = graph.querySelector(".card")
  if (first === null) continue
  const box = first.getBoundingClientRect()
  const frame = graph.getBoundingClientRect()
  graph.scrollLeft = box.left - frame.left - (frame.width - box.width) / 2
}
`
