// The browser's half of the house: htmx over whole pages, a native dialog, and small helpers. Everything here improves
// links and forms that work without it.
import htmx from "htmx.org/dist/htmx.esm.js"
import { policy } from "./trust.js"
import { setupDialog } from "./dialog.js"
import { setupKeys } from "./keys.js"
import { setupLive } from "./live.js"
import { setupForms } from "./forms.js"
import { setupCombos } from "./combo.js"
import { setupFiles } from "./files.js"
import { setupMenus } from "./menu.js"
import { setupDesk } from "./desk.js"
import { setupCountdown } from "./countdown.js"
import { setupSession } from "./session.js"

htmx.registerExtension("trust", { init: api => api.initSecurity(policy) })
setupDialog()
setupKeys()
setupForms()
setupCombos()
setupFiles()
setupMenus()
setupDesk()
setupCountdown()
setupSession()
setupLive(htmx)

// On a phone the tabs are a line that is pushed sideways: the one that is open is in sight.
const showTab = () => {
  for (const tab of document.querySelectorAll(".tabs a[aria-current]")) {
    const line = tab.parentElement
    if (line.scrollWidth > line.clientWidth) line.scrollLeft = tab.offsetLeft - line.offsetLeft - (line.clientWidth - tab.offsetWidth) / 2
  }
}
document.addEventListener("htmx:after:swap", showTab)
showTab()

// The PDF viewer is large and seldom needed: it is fetched when a page shows one.
const openViewers = () => {
  if (document.querySelector("[data-viewer]:not([data-ready])")) import("./viewer.js").then(v => v.openViewers())
}
document.addEventListener("htmx:after:swap", openViewers)
openViewers()

// The page that speaks to the program on this machine is loaded whole, because only it may (its policy).
if (document.querySelector("[data-agent]")) import("./agent.js").then(a => a.runAgent())

// The placing of signatures listens once and serves every page.
let placing
const openPlacing = () => { if (!placing && document.querySelector("[data-placing]")) placing = import("./placing.js").then(p => p.openPlacing()) }
document.addEventListener("htmx:after:swap", openPlacing)
openPlacing()

if ("serviceWorker" in navigator && document.body.dataset.offline !== undefined) {
  navigator.serviceWorker.register(policy.createScriptURL("/sw.js")).catch(() => {}) // without it only the offline page is missing
}
