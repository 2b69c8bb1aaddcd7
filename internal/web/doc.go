// Package web is the door for people: pages in Vietnamese (and English), rendered on the server, improved by htmx.
//
// It keeps nothing and decides nothing: a page parses, calls one function of a room, and renders. Every address answers
// with a whole page; the browser picks the part it needs, so that everything works with JavaScript off.
//
// kit_*.templ are the parts pages are made of. They know no room: they take view structs of finished text, and take
// their own words from text.go. assets holds the style sheet and the modules, bundle makes them, browsertest opens pages
// in a real browser.
package web
