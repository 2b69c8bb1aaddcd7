// Find in the document: marks and case are kept or ignored as typed ("chuyen doi so" finds "chuyển đổi số").
const fold = s => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase()
const plain = s => s.normalize("NFC").toLowerCase()

export function setupFind(viewer) {
  const form = viewer.part("find"), input = form?.querySelector("input"), out = viewer.part("found")
  if (!form) return
  const texts = [] // of every page, read once
  let hits = [], at = -1, words = ""

  const read = async n => texts[n] ??= (await (await viewer.file.getPage(n)).getTextContent()).items.map(i => i.str + (i.hasEOL ? " " : "")).join("")

  const search = async () => {
    words = input.value.trim()
    hits = []
    at = -1
    if (words) {
      const marked = plain(words) !== fold(words), ease = marked ? plain : fold, wanted = ease(words).replace(/\s+/g, " ")
      for (let n = 1; n <= viewer.sheets.length; n++) {
        const text = ease(await read(n)).replace(/\s+/g, " ")
        for (let i = text.indexOf(wanted); i >= 0 && hits.length < 1000; i = text.indexOf(wanted, i + wanted.length)) hits.push(n)
      }
    }
    for (const s of viewer.sheets) viewer.highlight(s)
  }

  // A hit may run over several pieces of text: every piece that shares a word run with the hit is marked.
  viewer.highlight = sheet => {
    if (!sheet.spans) return
    const marked = plain(words) !== fold(words), ease = marked ? plain : fold, wanted = ease(words).replace(/\s+/g, " ")
    let text = ""
    const places = sheet.spans.map(s => { const from = text.length; text += ease(s.textContent); return [from, text.length] })
    const on = new Set()
    for (let i = words ? text.indexOf(wanted) : -1; i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
      places.forEach(([from, to], n) => { if (from < i + wanted.length && to > i) on.add(n) })
    }
    sheet.spans.forEach((s, n) => s.classList.toggle("hit", on.has(n)))
  }

  form.addEventListener("submit", async e => {
    e.preventDefault()
    e.stopPropagation()
    if (input.value.trim() !== words) await search()
    if (!hits.length) { out.textContent = words ? out.dataset.none : ""; return }
    at = (at + 1) % hits.length
    out.textContent = `${at + 1}/${hits.length}`
    viewer.goTo(hits[at])
  })
}
