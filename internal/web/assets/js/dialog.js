// A link with hx-boost="target:#modal, …" opens its page's form in the native dialog; a good answer changes #main and
// closes it. Focus goes to the first field, to the error summary, and back to where it came from.
let opener

const modal = () => document.getElementById("modal")

export function setupDialog() {
  document.addEventListener("htmx:after:swap", e => {
    const ctx = e.detail.ctx, target = ctx?.target
    if (target?.id === "modal") return open(target, ctx.sourceElement)
    if (target?.id === "main") {
      if (modal()?.open) modal().close()
      announce()
    }
    for (const field of document.querySelectorAll("[type=password][aria-invalid]")) field.value = "" // typed anew, not mended
    const wanted = document.querySelector("#main [autofocus], #modal [autofocus]")
    if (wanted && ctx?.sourceElement !== document.body) wanted.focus()
  })
  document.addEventListener("close", e => { if (e.target.id === "modal") closed(e.target) }, true)
  document.addEventListener("cancel", e => { if (e.target.id === "modal" && !mayLeave(e.target)) e.preventDefault() }, true)
  document.addEventListener("click", e => {
    const box = e.target.closest?.("dialog")
    if (!box || (e.target !== box && !e.target.closest("[data-close]"))) return
    e.preventDefault()
    e.stopPropagation()
    if (e.target === box && box.querySelector("form")) return // a slip beside the form must not lose it
    if (mayLeave(box)) box.close()
  }, true)
}

function open(box, from) {
  if (!box.firstElementChild) return location.assign(from.href) // the answer was another page: show it whole
  opener = from
  const heading = box.querySelector("h1, h2")
  if (heading) { heading.id ||= "modal-title"; box.setAttribute("aria-labelledby", heading.id) }
  box.showModal()
  const field = box.querySelector("[autofocus]") ?? box.querySelector("input:not([type=hidden]),select,textarea")
  field?.focus()
}

function closed(box) {
  box.replaceChildren()
  const back = opener?.isConnected ? opener : document.getElementById("main")
  opener = undefined
  back?.focus({ preventScroll: true })
}

function mayLeave(box) {
  const dirty = box.querySelector("form[data-dirty]")
  return !dirty || confirm(document.body.dataset.msgUnsaved)
}

// announce reads a new message of the page to screen readers, and says it once.
function announce() {
  const note = document.querySelector("#main [data-flash]")
  if (note) say(note.textContent.trim().replace(/\s+/g, " "), true)
}

export function say(text, quietly) {
  const box = document.getElementById("toast")
  if (!box) return
  box.classList.toggle("vh", Boolean(quietly))
  box.textContent = text
  clearTimeout(say.timer)
  say.timer = setTimeout(() => { box.textContent = "" }, 8000)
}
