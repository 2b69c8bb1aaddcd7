// A file field is also a place to drop files on; what was chosen is listed with sizes, and what is too large is said
// before it is sent.
export function setupFiles() {
  document.documentElement.dataset.files = "" // from here the fields show their own button
  document.addEventListener("change", e => { if (e.target.matches("[data-drop] input[type=file]")) list(e.target) })
  document.addEventListener("htmx:after:swap", again)
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, e => {
      const box = e.target.closest?.("[data-drop]")
      if (!box) return
      e.preventDefault()
      box.classList.toggle("drop-over", kind === "dragenter" || kind === "dragover")
      if (kind === "drop") take(box.querySelector("input[type=file]"), e.dataTransfer.files)
    })
  }
}

// The file just checked need not be looked for again: the form that takes more from it gets it from this page's memory.
let checked
function again() {
  const more = document.querySelector("#take-file")
  if (more && checked && !more.files.length) take(more, [checked])
}

function take(input, files) {
  if (!files.length || input.disabled) return
  const kept = new DataTransfer()
  for (const f of input.multiple ? [...input.files, ...files] : [files[0]]) kept.items.add(f)
  input.files = kept.files
  input.dispatchEvent(new Event("input", { bubbles: true }))
  input.dispatchEvent(new Event("change", { bubbles: true }))
}

function list(input) {
  if (input.closest("#verify")) checked = input.files[0]
  const box = input.closest("[data-drop]"), out = box.querySelector("[data-chosen]")
  const most = Number(box.dataset.most) || Infinity
  out.replaceChildren(...[...input.files].map(f => {
    const li = document.createElement("li"), name = document.createElement("span"), size = document.createElement("small")
    name.textContent = f.name.normalize("NFC")
    size.textContent = bytes(f.size)
    li.append(name, size)
    if (f.size > most) {
      li.className = "drop-big"
      size.textContent += " – " + box.dataset.msgBig
    }
    return li
  }))
}

function bytes(n) {
  const [value, unit] = n < 1 << 20 ? [n / 1024, "KB"] : [n / (1 << 20), "MB"]
  return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: value < 10 ? 1 : 0 }) + " " + unit
}
