// A form is sent once, says that it is being sent, and does not let a half-written draft disappear by a slip.
export function setupForms() {
  document.addEventListener("submit", e => {
    if (e.target.method === "get" || e.target.method === "dialog") return
    if (busy(e.target)) { e.preventDefault(); e.stopImmediatePropagation(); return }
    hold(e.target)
  }, true)
  document.addEventListener("htmx:finally:request", e => release(e.detail.ctx?.request?.form ?? e.target))
  addEventListener("pageshow", () => { for (const f of document.forms) release(f) })

  document.addEventListener("input", e => {
    if (e.target.type === "search") e.target.typedAt = Date.now()
    const form = e.target.form
    if (form?.dataset.guard !== undefined) form.dataset.dirty = ""
  })
  addEventListener("beforeunload", e => { if (dirtyForm()) e.preventDefault() })
  document.addEventListener("htmx:before:request", e => {
    const form = dirtyForm(), from = e.detail.ctx?.sourceElement
    if (!form || form === from || form.closest("dialog") || from?.closest("[data-combo]") || e.detail.ctx?.target?.id !== "main") return
    if (confirm(document.body.dataset.msgUnsaved)) delete form.dataset.dirty
    else e.preventDefault()
  })
}

// dirtyForm is the form whose words would be lost; one that is being sent is not.
const dirtyForm = () => document.querySelector("form[data-dirty]:not([aria-busy=true])")

function hold(form) {
  form.setAttribute("aria-busy", "true")
  setTimeout(() => { // after the value of the pressed button was taken
    for (const b of buttons(form)) { b.dataset.was = b.disabled ? "off" : "on"; b.disabled = true }
  })
  const wait = form.querySelector("[data-wait]")
  if (wait && [...form.querySelectorAll("input[type=file]")].some(f => f.files.length)) wait.hidden = false
}

function release(form) {
  if (!(form instanceof HTMLFormElement) || !busy(form)) return
  form.removeAttribute("aria-busy")
  setTimeout(() => {
    for (const b of buttons(form)) if (b.dataset.was) { b.disabled = b.dataset.was === "off"; delete b.dataset.was }
  })
  const wait = form.querySelector("[data-wait]")
  if (wait) wait.hidden = true
}

const busy = form => form.getAttribute("aria-busy") === "true"
const buttons = form => [...form.elements].filter(b => b.type === "submit")
