// Package assets keeps what a browser needs besides pages: style sheet, modules, icons, fonts, the PDF viewer's parts.
//
// css and js are the sources; dist is what internal/web/bundle makes of them, committed and embedded, each file named by
// its content, so that a browser may keep it for ever. It serves nothing that a person wrote or uploaded.
// Sources of what others wrote, with licences: THIRD_PARTY.txt.
package assets
