// The signing desk: what is ticked stays ticked while the list refreshes itself or a document is read and left again; Space
// ticks the row with the focus, "a" all of them. The form works without any of it.
const picked = new Map() // kind of desk → values of the ticked boxes

export function setupDesk() {
  document.addEventListener("change", e => { if (e.target.matches?.("form[data-desk] [name=pick]")) note(e.target.form) })
  document.addEventListener("keydown", e => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return
    const form = desk(), row = document.activeElement?.closest?.("form[data-desk] .go")
    if (!form || document.querySelector("dialog[open]") || (e.target.closest?.("input:not([type=checkbox]),select,textarea"))) return
    if (e.key === " " && row) tick(row.closest("tr").querySelector("[name=pick]"))
    else if (e.key === "a") all(form)
    else return
    e.preventDefault()
  })
  document.addEventListener("click", e => {
    const link = e.target.closest?.("[data-pick-all]")
    if (!link || e.ctrlKey || e.metaKey) return
    e.preventDefault()
    e.stopImmediatePropagation()
    all(desk())
  }, true)
  document.addEventListener("htmx:after:swap", restore)
  restore()
}

const desk = () => document.querySelector("form[data-desk]")
const boxes = form => [...form.querySelectorAll("[name=pick]:not(:disabled)")]

function tick(box) {
  if (!box || box.disabled) return
  box.checked = !box.checked
  note(box.form)
}

function all(form) {
  const list = boxes(form), on = !list.every(b => b.checked)
  for (const b of list) b.checked = on
  note(form)
}

// note remembers what is ticked and says how many.
function note(form) {
  const values = boxes(form).filter(b => b.checked).map(b => b.value)
  picked.set(form.dataset.desk, new Set(values))
  const count = form.querySelector("[data-picked-count]"), link = form.querySelector("[data-pick-all]")
  if (count) count.textContent = form.dataset.msgPicked.replace("{n}", values.length)
  if (link) link.textContent = values.length && values.length === boxes(form).length ? link.dataset.msgNone : link.dataset.msgAll
}

// restore ticks again what was ticked before; a file that was replaced meanwhile has another value and must be looked at anew.
function restore() {
  const form = desk()
  if (!form) {
    if (/^\/(signing\/batches\/|incoming\/bulk)/.test(location.pathname)) picked.clear() // the batch has been ordered
    return
  }
  const before = picked.get(form.dataset.desk) ?? new Set()
  for (const b of boxes(form)) b.checked = b.checked || before.has(b.value)
  note(form)
}
