// The time that is left for a confirmation elsewhere; when it is over the page is asked again, which knows how it ended.
export function setupCountdown() {
  setInterval(() => {
    for (const el of document.querySelectorAll("[data-countdown]")) {
      el.until ??= Date.now() + Number(el.dataset.countdown)
      const left = Math.max(0, Math.round((el.until - Date.now()) / 1000))
      el.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0")
      if (left === 0 && !el.over && !document.querySelector("[data-agent]")) {
        el.over = true
        if (location.pathname.startsWith("/signings/")) location.reload()
      }
    }
  }, 1000)
}
