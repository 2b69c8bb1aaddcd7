// A document's pages, drawn by pdf.js as they come into view: text layer, zoom, page number, find, signature boxes.
// What a signature is worth is never decided here: colours and words of the boxes come from the server.
import * as pdf from "pdfjs-dist/legacy/build/pdf.mjs"
import { policy, parts } from "./trust.js"
import { Sheet } from "./viewer-sheet.js"
import { setupFind } from "./viewer-find.js"

const shown = new Set()

export function openViewers() {
  for (const box of document.querySelectorAll("[data-viewer]:not([data-ready])")) {
    box.dataset.ready = ""
    const viewer = new Viewer(box)
    shown.add(viewer)
    viewer.open()
  }
}

document.addEventListener("htmx:after:swap", () => {
  for (const v of shown) if (!v.box.isConnected) { v.close(); shown.delete(v) }
})

let worker
const startWorker = () => worker ??= new pdf.PDFWorker({ port: new Worker(policy.createScriptURL(parts.worker), { type: "module" }) })

class Viewer {
  constructor(box) {
    this.box = box
    this.pages = box.querySelector("[data-pages]")
    this.zoom = 0 // 0 fits the width
    this.sheets = []
    this.gone = new AbortController()
  }

  close() {
    this.gone.abort()
    this.seen?.disconnect()
    this.widths?.disconnect()
    for (const s of this.sheets) s.forget()
    this.file?.loadingTask?.destroy()
  }

  part(name) { return this.box.querySelector(`[data-${name}]`) }

  async open() {
    try {
      this.file = await pdf.getDocument({
        url: this.box.dataset.viewer, worker: startWorker(), wasmUrl: parts.wasm, useWasm: true, useWorkerFetch: true,
        isEvalSupported: false, enableXfa: false, useSystemFonts: true, disableAutoFetch: true, stopAtErrors: false,
      }).promise
    } catch (error) {
      return this.fail(error)
    }
    if (this.gone.signal.aborted) return this.close()
    this.part("bar").hidden = false
    this.part("loading").hidden = true
    this.part("total").textContent = this.file.numPages
    this.part("page").max = this.file.numPages
    try { await this.layOut() } catch (error) { return this.gone.signal.aborted || this.fail(error) }
    if (this.gone.signal.aborted) return // the page was left meanwhile
    this.listen()
    setupFind(this)
    this.goTo(Number(this.box.dataset.page) || 1, true)
  }

  fail(error) {
    this.part("loading").hidden = true
    this.part("failed").hidden = false
    if (error?.name === "PasswordException") this.part("failed").textContent = this.part("failed").dataset.locked
  }

  // layOut gives every page its place at once, so that the scroll bar tells the truth; drawing follows the eye.
  async layOut() {
    const first = await this.file.getPage(1)
    const boxes = JSON.parse(this.box.dataset.boxes || "[]")
    this.seen = new IntersectionObserver(seen => {
      for (const s of seen) s.isIntersecting ? s.target.sheet.draw() : s.target.sheet.forget()
    }, { root: this.pages, rootMargin: "100% 0px" })
    for (let n = 1; n <= this.file.numPages; n++) {
      const sheet = new Sheet(this, n, boxes.filter(b => b.page === n))
      sheet.size(n === 1 ? first.getViewport({ scale: 1 }) : this.sheets[0].viewport)
      this.sheets.push(sheet)
      this.pages.append(sheet.el)
      this.seen.observe(sheet.el)
    }
  }

  scale(viewport) {
    const room = this.pages.clientWidth - 32
    const fit = Math.max(0.25, Math.min(2, room / viewport.width))
    return this.zoom ? this.zoom * (96 / 72) : fit
  }

  listen() {
    const on = (name, kind, act) => this.part(name)?.addEventListener(kind, act)
    on("zoom-in", "click", () => this.setZoom(1.2))
    on("zoom-out", "click", () => this.setZoom(1 / 1.2))
    on("fit", "click", () => this.setZoom(0))
    on("previous", "click", () => this.goTo(this.current - 1))
    on("next", "click", () => this.goTo(this.current + 1))
    on("page", "change", e => this.goTo(Number(e.target.value)))
    this.pages.addEventListener("scroll", () => this.mark(), { passive: true })
    let width = this.pages.clientWidth
    this.widths = new ResizeObserver(() => {
      if (this.pages.clientWidth === width || !this.box.isConnected) return
      width = this.pages.clientWidth
      if (!this.zoom) this.resize()
    })
    this.widths.observe(this.pages)
    this.pages.addEventListener("keydown", e => {
      if (e.key === "+" || e.key === "=") this.setZoom(1.2)
      else if (e.key === "-") this.setZoom(1 / 1.2)
      else if (e.key === "0") this.setZoom(0)
      else return
      e.preventDefault()
    })
    document.addEventListener("click", e => { // a signature in the panel shows its place in the document
      const link = e.target.closest?.("[data-show-page]")
      if (link) { e.preventDefault(); this.goTo(Number(link.dataset.showPage)) }
    }, { signal: this.gone.signal })
  }

  setZoom(by) {
    const now = this.sheets[0].viewport.scale / (96 / 72)
    this.zoom = by ? Math.max(0.25, Math.min(4, now * by)) : 0
    this.resize()
  }

  resize() {
    const at = this.current ?? 1
    for (const s of this.sheets) s.resize()
    this.goTo(at, true)
  }

  goTo(n, quietly) {
    if (!(n >= 1 && n <= this.sheets.length)) n = this.current ?? 1
    const el = this.sheets[n - 1].el
    this.pages.scrollTo({ top: el.offsetTop - this.pages.offsetTop - 12, behavior: quietly ? "instant" : "auto" })
    this.mark(n)
  }

  mark(n) {
    const middle = this.pages.scrollTop + this.pages.clientHeight / 3 + this.pages.offsetTop
    this.current = n ?? (this.sheets.findLastIndex?.(s => s.el.offsetTop <= middle) + 1 || 1)
    if (document.activeElement !== this.part("page")) this.part("page").value = this.current
    this.part("previous").disabled = this.current <= 1
    this.part("next").disabled = this.current >= this.sheets.length
  }
}
