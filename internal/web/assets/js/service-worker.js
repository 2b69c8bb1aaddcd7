// Keeps the shell (hashed files and the offline page), never a document or a page of a person.
const shell = __SHELL__, name = "shell-" + __VERSION__

self.addEventListener("install", e => e.waitUntil(caches.open(name).then(c => c.addAll(shell)).then(() => self.skipWaiting())))
self.addEventListener("activate", e => e.waitUntil(
  caches.keys().then(keys => Promise.all(keys.filter(k => k !== name).map(k => caches.delete(k)))).then(() => self.clients.claim())))
self.addEventListener("fetch", e => {
  const url = new URL(e.request.url)
  if (e.request.method !== "GET" || url.origin !== location.origin) return
  if (e.request.mode === "navigate") e.respondWith(fetch(e.request).catch(() => caches.match("/offline")))
  else if (shell.includes(url.pathname)) e.respondWith(caches.match(url.pathname).then(hit => hit ?? fetch(e.request)))
})
