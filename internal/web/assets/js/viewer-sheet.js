// One page of a document: its place, its picture, its text, the signatures that stand on it.
import { TextLayer, RenderingCancelledException } from "pdfjs-dist/legacy/build/pdf.mjs"

const MOST_PIXELS = 12e6 // of one canvas; more is drawn coarser, not refused

export class Sheet {
  constructor(viewer, number, boxes) {
    this.viewer = viewer
    this.number = number
    this.boxes = boxes
    this.el = document.createElement("div")
    this.el.className = "sheet"
    this.el.sheet = this
    this.el.setAttribute("role", "group")
    this.el.setAttribute("aria-label", viewer.box.dataset.msgPage.replace("{page}", number))
  }

  size(plain) {
    const scale = this.viewer.scale(this.page ? this.page.getViewport({ scale: 1 }) : { width: plain.rawDims.pageWidth })
    this.viewport = this.page ? this.page.getViewport({ scale }) : plain.clone({ scale })
    this.el.style.width = this.viewport.width + "px"
    this.el.style.height = this.viewport.height + "px"
    this.el.style.setProperty("--total-scale-factor", this.viewport.scale)
    this.el.style.setProperty("--scale-round-x", "1px")
    this.el.style.setProperty("--scale-round-y", "1px")
  }

  resize() {
    const shown = this.drawn
    this.forget()
    this.size(this.viewport)
    if (shown) this.draw()
  }

  async draw() {
    if (this.drawn) return
    this.drawn = true
    const turn = this.turn = (this.turn ?? 0) + 1
    if (!this.page) {
      this.page = await this.viewer.file.getPage(this.number)
      this.size(this.viewport)
    }
    if (turn !== this.turn) return
    const canvas = document.createElement("canvas")
    const fine = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (this.viewport.width * this.viewport.height)))
    canvas.width = Math.floor(this.viewport.width * fine)
    canvas.height = Math.floor(this.viewport.height * fine)
    canvas.setAttribute("aria-hidden", "true")
    this.el.replaceChildren(canvas)
    this.task = this.page.render({ canvas, viewport: this.viewport, transform: [fine, 0, 0, fine, 0, 0] })
    try {
      await this.task.promise
      if (turn === this.turn) await this.drawText(turn)
    } catch (error) {
      if (!(error instanceof RenderingCancelledException) && error?.name !== "AbortException") this.el.dataset.failed = ""
    }
    if (turn !== this.turn) return
    this.drawBoxes()
    this.el.dataset.drawn = ""
    this.el.dispatchEvent(new CustomEvent("sheet:drawn", { bubbles: true }))
  }

  async drawText(turn) {
    const layer = document.createElement("div")
    layer.className = "textLayer"
    const text = new TextLayer({ textContentSource: await this.page.getTextContent({ disableNormalization: false }), container: layer, viewport: this.viewport })
    await text.render()
    if (turn !== this.turn) return
    this.el.append(layer)
    this.spans = text.textDivs
    this.viewer.highlight?.(this)
  }

  // drawBoxes shows where signatures stand: coordinates are PDF points from the lower left corner of the page.
  drawBoxes() {
    for (const b of this.boxes) {
      const [[x1, y1], [x2, y2]] = [[b.x, b.y], [b.x + b.w, b.y + b.h]].map(p => this.viewport.convertToViewportPoint(...p))
      const linked = b.href?.startsWith("#")
      const el = document.createElement(linked ? "a" : "div")
      el.className = "sigbox sigbox-" + b.tone
      if (linked) el.href = b.href
      el.textContent = b.label
      Object.assign(el.style, {
        left: Math.min(x1, x2) + "px", top: Math.min(y1, y2) + "px",
        width: Math.abs(x2 - x1) + "px", height: Math.abs(y2 - y1) + "px",
      })
      this.el.append(el)
    }
  }

  forget() {
    if (!this.drawn) return
    this.drawn = false
    this.turn++
    this.task?.cancel()
    this.spans = undefined
    delete this.el.dataset.drawn
    this.el.replaceChildren()
    this.page?.cleanup()
  }
}
