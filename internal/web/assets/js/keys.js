// j/k or ↑/↓ move between rows (or between documents that are read one by one), s and r do what a row or page offers under
// these keys, Enter opens (a row is a link), "/" goes to search, Esc closes the pane, "?" shows the keys.
const typing = el => el?.closest?.("input,select,textarea,[contenteditable],dialog[open],[role=listbox]")

export function setupKeys() {
  document.addEventListener("keydown", e => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return
    if (typing(e.target)) return
    const act = acts[e.key]
    if (act?.(e)) e.preventDefault()
  })
}

const acts = {
  j: () => step(1) || turn("j"), ArrowDown: e => onRow(e) && step(1),
  k: () => step(-1) || turn("k"), ArrowUp: e => onRow(e) && step(-1),
  "/": () => focus("#main [data-search]") || focus(".find input"),
  "?": () => help(),
  s: () => turn("s"),
  r: () => turn("r"),
  Escape: () => press("[data-pane-close]"),
}

// The arrows scroll a page that has no list, and move inside a scrolled text such as the viewer.
const onRow = e => document.querySelector(".rows .go") && !e.target.closest?.("[data-viewer],summary,.menu")

function step(by) {
  const rows = [...document.querySelectorAll(".rows .go")].filter(r => r.offsetParent)
  if (!rows.length) return false
  let at = rows.indexOf(document.activeElement)
  if (at < 0) at = rows.findIndex(r => r.hasAttribute("aria-current"))
  if (at < 0 && by < 0) at = 1
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))]
  row.focus()
  row.closest("tr")?.scrollIntoView({ block: "nearest" })
  return true
}

// turn presses what has this key: in the row that has the focus, or on a page without rows.
function turn(key) {
  const within = document.activeElement?.closest?.("tr") ?? (document.querySelector(".rows .go") ? null : document.getElementById("main"))
  const link = within?.querySelector(`[data-key="${key}"]`)
  if (link?.offsetParent) link.click()
  return Boolean(link)
}

function focus(selector) {
  const field = [...document.querySelectorAll(selector)].find(f => f.offsetParent)
  field?.focus()
  field?.select?.()
  return Boolean(field)
}

function press(selector) {
  const link = document.querySelector(selector)
  link?.click()
  return Boolean(link)
}

function help() {
  const box = document.getElementById("keys")
  box?.showModal()
  return Boolean(box)
}
