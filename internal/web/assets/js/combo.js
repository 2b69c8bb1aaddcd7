// A text field with a search button becomes a combobox (WAI-ARIA 1.2): suggestions are asked of data-source?q=…, which
// answers with a whole page holding [data-suggestions]. Chosen values are chips with hidden inputs, as the server draws them.
import { policy } from "./trust.js"

export function setupCombos() {
  on("input", ask)
  document.addEventListener("htmx:after:swap", enhance)
  enhance()
  on("keydown", move)
  on("keypress", (_, e) => { if (e.key === "Enter") e.preventDefault() }) // Enter in this field never sends the form
  on("focusout", (combo, e) => { if (!combo.contains(e.relatedTarget)) hide(combo) })
  document.addEventListener("mousedown", e => {
    const option = e.target.closest?.("[data-combo] [role=option]")
    if (option) { e.preventDefault(); choose(option.closest("[data-combo]"), option) }
  })
  document.addEventListener("click", e => {
    const drop = e.target.closest?.("[data-combo] [data-drop-chip]")
    if (!drop) return
    e.preventDefault()
    const combo = drop.closest("[data-combo]")
    drop.closest("li").remove()
    field(combo).focus()
    changed(combo)
  })
}

const field = combo => combo.querySelector("[role=combobox]")
const box = combo => combo.querySelector("[role=listbox]")
const options = combo => [...box(combo).children]

function on(kind, act) {
  document.addEventListener(kind, e => {
    const combo = e.target.matches?.("[data-combo] [role=combobox]") && e.target.closest("[data-combo]")
    if (combo) act(combo, e)
  })
}

// enhance hides what is there for browsers without this module.
function enhance() { for (const c of document.querySelectorAll("[data-combo]")) c.dataset.live = "" }

function ask(combo) {
  clearTimeout(combo.timer)
  combo.timer = setTimeout(() => suggest(combo), 180)
}

async function suggest(combo) {
  const words = field(combo).value.trim()
  if (!words) return hide(combo)
  const url = new URL(combo.dataset.source, location.href)
  url.searchParams.set("q", words)
  combo.asking?.abort()
  combo.asking = new AbortController()
  try {
    const answer = await fetch(url, { signal: combo.asking.signal, headers: { Accept: "text/html" } })
    if (!answer.ok || answer.redirected) return hide(combo)
    const page = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html")
    show(combo, [...page.querySelectorAll("[data-suggestions] > li")])
  } catch { hide(combo) } // an aborted or failed question leaves the field as it is
}

function show(combo, items) {
  const have = new Set([...combo.querySelectorAll(".chips input")].map(i => i.value))
  const list = items.filter(i => !have.has(i.dataset.value)).map((i, n) => {
    const li = document.createElement("li")
    li.id = box(combo).id + "-" + n
    li.setAttribute("role", "option")
    li.setAttribute("aria-selected", "false")
    li.dataset.value = i.dataset.value
    li.append(...[...i.childNodes].map(c => document.importNode(c, true)))
    return li
  })
  box(combo).replaceChildren(...list)
  open(combo, list.length > 0)
  combo.querySelector("[data-count]").textContent = list.length ? list.length + " " + combo.dataset.msgFound : combo.dataset.msgNone
  if (list.length) point(combo, 0)
}

function open(combo, yes) {
  box(combo).hidden = !yes
  field(combo).setAttribute("aria-expanded", yes)
  if (!yes) field(combo).removeAttribute("aria-activedescendant")
}

const hide = combo => open(combo, false)

function point(combo, at) {
  const all = options(combo)
  all.forEach((o, i) => o.setAttribute("aria-selected", i === at))
  field(combo).setAttribute("aria-activedescendant", all[at].id)
  all[at].scrollIntoView({ block: "nearest" })
}

function move(combo, e) {
  const all = options(combo), at = all.findIndex(o => o.getAttribute("aria-selected") === "true"), shown = !box(combo).hidden
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    if (!shown) suggest(combo)
    else point(combo, (at + (e.key === "ArrowDown" ? 1 : all.length - 1)) % all.length)
  } else if (e.key === "Enter") {
    if (shown && at >= 0) choose(combo, all[at])
  } else if (e.key === "Escape") {
    if (!shown) return
    hide(combo)
  } else if (e.key === "Backspace" && !field(combo).value) {
    combo.querySelector(".chips li:last-child")?.remove()
    return changed(combo)
  } else return
  e.preventDefault()
}

function choose(combo, option) {
  const chips = combo.querySelector(".chips")
  const chip = combo.querySelector("template").content.firstElementChild.cloneNode(true)
  const label = option.querySelector("b")?.textContent ?? option.textContent.trim()
  chip.querySelector("input").value = option.dataset.value
  chip.querySelector("span").textContent = label
  const drop = chip.querySelector("[data-drop-chip]")
  drop.value = option.dataset.value
  drop.setAttribute("aria-label", drop.dataset.label.replace("{name}", label))
  if (combo.dataset.combo === "one") chips.replaceChildren(chip)
  else chips.append(chip)
  field(combo).value = ""
  hide(combo)
  changed(combo)
}

function changed(combo) {
  const form = field(combo).form
  if (form?.dataset.guard !== undefined) form.dataset.dirty = ""
  combo.dispatchEvent(new CustomEvent("combo:changed", { bubbles: true }))
}
