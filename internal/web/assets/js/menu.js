// Menus are <details>: they open without this. It closes them on Esc, on a click outside and when another opens.
export function setupMenus() {
  document.addEventListener("click", e => {
    for (const m of document.querySelectorAll("details.menu[open]")) if (!m.contains(e.target)) m.open = false
    if (e.target.closest?.("[data-dismiss]")) e.target.closest("[data-flash]")?.remove()
  })
  document.addEventListener("keydown", e => {
    if (e.key !== "Escape") return
    const open = document.querySelector("details.menu[open]")
    if (!open) return
    open.open = false
    open.querySelector("summary").focus()
    e.preventDefault()
  })
}
