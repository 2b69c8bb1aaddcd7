// The server says the names of what changed ("documents"); the page that shows it fetches itself again, with its own
// rights, when nobody is in the middle of something. A hidden tab holds no connection.
let source, stale = false, back = false, last = 0, timer

export function setupLive(htmx) {
  const address = document.body.dataset.events
  if (!address || !window.EventSource) return
  const connect = () => {
    source = new EventSource(address)
    source.addEventListener("changed", e => { if (concerns(e.data)) { stale = true; later() } })
    source.addEventListener("unread", e => showUnread(Number(e.data)))
  }
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => refresh(), Math.max(300, last + 2000 - Date.now()))
  }
  const refresh = async () => {
    if (!stale) return
    if (!back && !watched()) { stale = false; return } // what an order brought has no address to fetch again; a page gone back to has one
    if (busy()) { clearTimeout(timer); timer = setTimeout(refresh, 3000); return }
    stale = back = false
    last = Date.now()
    asked = location.href
    await htmx.ajax("GET", location.pathname + location.search, { target: "#main", select: "#main", swap: "outerMorph" }).catch(() => {})
  }
  document.addEventListener("htmx:before:request", e => { if (personal(e)) under = Date.now() })
  document.addEventListener("htmx:finally:request", e => { if (personal(e)) under = 0 })
  document.addEventListener("htmx:after:swap", e => { if (personal(e)) { under = 0; back = false } })
  document.addEventListener("htmx:before:swap", e => {
    if (e.detail.ctx?.sourceElement !== document.body || !busy() && asked === location.href) return
    e.preventDefault()
    stale = back = true
    later()
  })
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source?.close(); source = undefined } else if (!source) { connect(); stale = watched() !== ""; later() }
  })
  addEventListener("pagehide", () => source?.close())
  if (!document.hidden) connect()
}

// Where a person goes comes first: while a page or dialog he asked for is under way, or after it came, what a refresh
// brings is dropped, for it would put the page back that he has just left, or close the dialog he has just opened.
let under = 0, asked
const underWay = () => Date.now() - under < 15000
const personal = e => ["main", "modal"].includes(e.detail.ctx?.target?.id) && e.detail.ctx.sourceElement !== document.body

const watched = () => document.getElementById("main")?.dataset.watch ?? ""

function concerns(names) {
  const mine = watched().split(" ").filter(Boolean)
  return names.split(" ").some(n => mine.includes(n))
}

function busy() {
  const at = document.activeElement
  return document.hidden || underWay() || document.querySelector("dialog[open], details.menu[open], form[data-dirty], form[aria-busy=true], form[data-desk] [name=consent]:checked") ||
    [...document.querySelectorAll("input[type=password]")].some(i => i.value) ||
    at?.matches("input:not([type=search]),textarea,select,[role=combobox]") || (at?.matches("input[type=search]") && Date.now() - (at.typedAt ?? 0) < 3000) ||
    !(getSelection()?.isCollapsed ?? true)
}

function showUnread(n) {
  if (!Number.isInteger(n)) return
  for (const el of document.querySelectorAll("[data-unread]")) {
    el.textContent = n > 99 ? "99+" : n
    el.hidden = n === 0
  }
}
