// Signatures are placed by eye: frames over the sample page that the pointer drags and the arrow keys move. They only write numbers
// into the form beside the page; what a page looks like is always asked of the server.
const POINT = 25.4 / 72 // millimetres
const QUIET = 900 // milliseconds without a change before the page is drawn anew

let wanted // the frame that keeps the focus when the page was drawn anew
let timer

export function openPlacing() {
  document.addEventListener("sheet:drawn", e => place(e.target.sheet))
  for (const el of document.querySelectorAll(".sheet[data-drawn]")) place(el.sheet)
  document.addEventListener("focusin", e => { if (e.target.closest?.("[data-placing]")) wanted = undefined })
  document.addEventListener("change", e => {
    if (e.target.closest?.("[data-placing]")) soon(e.target.form, 0)
  })
}

function place(sheet) {
  const form = document.querySelector("[data-placing]")
  if (!form || !sheet) return
  for (const old of sheet.el.querySelectorAll(".placer")) old.remove()
  for (const h of JSON.parse(form.dataset.placing)) if (h.page === sheet.number) new Frame(form, sheet, h)
}

// soon draws the page anew when nothing has changed for a while.
function soon(form, wait = QUIET) {
  clearTimeout(timer)
  timer = setTimeout(() => { if (form.isConnected) form.requestSubmit() }, wait)
}

class Frame {
  constructor(form, sheet, handle) {
    Object.assign(this, { form, sheet, handle, moved: [0, 0], wider: 0 })
    this.start = { x: this.read(handle.x), y: this.read(handle.y), w: this.read(handle.w) || handle.real || 0 }
    const el = this.el = document.createElement("button")
    el.type = "button"
    el.className = "placer placer-" + handle.name
    el.setAttribute("aria-label", form.dataset["msg" + handle.name[0].toUpperCase() + handle.name.slice(1)])
    el.addEventListener("keydown", e => this.key(e))
    el.addEventListener("pointerdown", e => this.grab(e))
    this.draw()
    sheet.el.append(el)
    if (wanted === handle.name) el.focus({ preventScroll: false })
  }

  field(name) { return this.form.elements[name] }
  read(name) { return name ? Number(this.field(name)?.value.replace(",", ".")) || 0 : 0 }

  write(name, value) {
    const text = String(Math.round(value * 100) / 100)
    if (name) this.field(name).value = document.documentElement.lang === "en" ? text : text.replace(".", ",")
  }

  draw() {
    const { rect } = this.handle, view = this.sheet.viewport
    const grow = this.start.w ? (this.start.w + this.wider) / this.start.w : 1
    const [dx, dy] = this.moved.map(mm => mm / POINT)
    const middle = [(rect[0] + rect[2]) / 2 + dx, (rect[1] + rect[3]) / 2 + dy]
    const half = [(rect[2] - rect[0]) / 2 * grow, (rect[3] - rect[1]) / 2 * grow]
    const [x1, y1] = view.convertToViewportPoint(middle[0] - half[0], middle[1] + half[1])
    const [x2, y2] = view.convertToViewportPoint(middle[0] + half[0], middle[1] - half[1])
    Object.assign(this.el.style, { left: x1 + "px", top: y1 + "px", width: x2 - x1 + "px", height: y2 - y1 + "px" })
  }

  move(dx, dy) {
    const { x, y, flip = [false, false] } = this.handle
    this.moved = [this.moved[0] + dx, this.moved[1] + dy]
    this.write(x, this.start.x + (flip[0] ? -1 : 1) * this.moved[0])
    this.write(y, this.start.y + (flip[1] ? -1 : 1) * this.moved[1])
    this.say()
    this.draw()
  }

  widen(by) {
    if (!this.handle.w) return
    this.wider = Math.max(10 - this.start.w, this.wider + by)
    this.write(this.handle.w, this.start.w + this.wider)
    this.draw()
  }

  say() {
    const [x, y] = this.moved.map(v => String(Math.round(v * 10) / 10))
    this.form.querySelector("[data-moved]").textContent = this.form.dataset.msgMoved.replace("{x}", x).replace("{y}", y)
  }

  key(e) {
    wanted = this.handle.name
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key]
    const step = e.shiftKey ? 5 : POINT
    if (way) this.move(way[0] * step, way[1] * step)
    else if (e.key === "+" || e.key === "=") this.widen(1)
    else if (e.key === "-") this.widen(-1)
    else return
    e.preventDefault()
    e.stopPropagation() // the viewer zooms with the same keys
    soon(this.form)
  }

  grab(e) {
    if (e.button) return
    e.preventDefault()
    clearTimeout(timer)
    this.el.focus({ preventScroll: true })
    wanted = this.handle.name
    this.el.setPointerCapture(e.pointerId)
    const scale = POINT / this.sheet.viewport.scale
    let last = [e.clientX, e.clientY], changed = false
    const drag = m => {
      this.move((m.clientX - last[0]) * scale, (last[1] - m.clientY) * scale)
      last = [m.clientX, m.clientY]
      changed = true
    }
    const drop = () => {
      this.el.removeEventListener("pointermove", drag)
      if (changed) soon(this.form, 300)
    }
    this.el.addEventListener("pointermove", drag)
    this.el.addEventListener("pointerup", drop, { once: true })
    this.el.addEventListener("pointercancel", drop, { once: true })
  }
}
