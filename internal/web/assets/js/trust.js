// The one Trusted Types policy. Only htmx and the suggestion list turn server text into DOM; a script may be named only
// by the two addresses below; text never becomes a script.
const PARTS = __PARTS__
export const parts = PARTS

const address = url => {
  if (url === "/sw.js" || url === PARTS.worker) return url
  throw new TypeError("not a script of this house: " + url)
}
const rules = { createHTML: s => s, createScript: () => "", createScriptURL: address }
export const policy = window.trustedTypes ? trustedTypes.createPolicy("htmx", rules) : rules
