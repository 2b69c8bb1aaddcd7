// The page that signs by the program on this machine (S12): it opens one socket for each request of the server, sends its text, and waits for
// the reply. Whether the signature is good is decided by the server, to which the program brings the signed file itself.
const patience = 8000 // milliseconds until the program must have taken the connection

export function runAgent() {
  for (const box of document.querySelectorAll("[data-agent]:not([data-ready])")) {
    box.dataset.ready = ""
    work(box, JSON.parse(box.dataset.agent))
  }
}

async function work(box, calls) {
  const say = text => { box.querySelector("[data-agent-say]").textContent = text }
  for (let i = 0; i < calls.length; i++) {
    say(box.dataset.msgConnect)
    try {
      const reply = await ask(calls[i], () => say(box.dataset.msgSign.replace("{n}", i + 1).replace("{all}", calls.length)))
      if (Number(reply.Status) !== 0) throw trouble("refused", String(reply.Message ?? ""))
    } catch (error) {
      return stop(box, error.kind ?? "old", error.reason ?? "")
    }
  }
  say(box.dataset.msgCheck)
  location.assign(box.dataset.done)
}

const trouble = (kind, reason) => Object.assign(new Error(kind), { kind, reason })

function ask(call, opened) {
  return new Promise((resolve, reject) => {
    let socket, open = false
    try { socket = new WebSocket(call.Socket) } catch { return reject(trouble("missing")) }
    const late = setTimeout(() => { reject(trouble("missing")); socket.close() }, patience)
    socket.onopen = () => { open = true; clearTimeout(late); opened(); socket.send(JSON.stringify(call.Request)) }
    socket.onmessage = e => {
      let reply
      try { reply = JSON.parse(e.data) } catch { /* said below */ }
      if (reply && typeof reply === "object" && "Status" in reply) resolve(reply)
      else reject(trouble("old"))
      socket.close()
    }
    socket.onclose = () => { clearTimeout(late); reject(trouble(open ? "closed" : "missing")) } // after a reply it changes nothing
  })
}

// stop tells the server why there is no signature, and the person what to do.
async function stop(box, kind, reason) {
  const why = box.dataset["why" + kind[0].toUpperCase() + kind.slice(1)]
  const body = new URLSearchParams({ reason: reason ? why + ": " + reason : why })
  const answer = await fetch(box.dataset.refuse, { method: "POST", body }).catch(() => {}) // without a network it ends when its time is over
  if (answer?.status === 409) return location.assign(box.dataset.done) // the server itself has refused what the program brought, and says why
  box.querySelector("[data-agent-say]").textContent = why
  const help = box.querySelector(`[data-trouble="${kind}"]`)
  help.hidden = false
  if (reason) help.querySelector("[data-agent-reason]").textContent = reason
  box.querySelector("[data-agent-trouble]").hidden = false
  for (const part of document.querySelectorAll("[data-under-way]")) part.hidden = true // it has ended: there is nothing to wait for or to cancel
}
