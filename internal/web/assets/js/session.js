// When the session has ended the server answers with the sign-in page: it is shown whole and brings back here. When the
// network is gone, what is on the screen stays.
import { say } from "./dialog.js"

const signIn = "/sign-in"

export function setupSession() {
  document.addEventListener("htmx:before:response", e => {
    const raw = e.detail.ctx?.response?.raw
    if (!raw || location.pathname === signIn) return
    const sent = raw.redirected && new URL(raw.url).pathname === signIn
    if (raw.status !== 401 && !sent) return
    e.preventDefault()
    for (const f of document.querySelectorAll("form[data-dirty]")) delete f.dataset.dirty
    location.assign(signIn + "?return=" + encodeURIComponent(location.pathname + location.search))
  })
  document.addEventListener("htmx:error", e => {
    const name = e.detail.error?.name
    if (name === "AbortError" && e.detail.ctx?.request?.signal?.reason !== "timeout") return
    say(document.body.dataset.msgOffline)
  })
}
