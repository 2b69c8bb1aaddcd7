// Package web is the door for people: pages in Vietnamese (and English), rendered on the server, improved by htmx.
//
// It keeps nothing and decides nothing: a page parses, calls one function of a room, and renders. Every address answers
// with a whole page; the browser picks the part it needs, so that everything works with JavaScript off.
//
// routes.go is the table of all addresses: who may open one, and its line in the rail. request.go finds the session
// behind the cookie and sets the limits; answer.go builds answers whole and holds the one table of what errors become.
// act.go is an act done by a form, as a dialog and as a page: refused fields come back with 422, what somebody else
// was faster with is 409, success leads back to where the act was opened. Files leave under a policy of their own.
//
// kit_*.templ are the parts pages are made of. They know no room: they take view structs of finished text, and take
// their own words from text.go. assets holds the style sheet and the modules, bundle makes them, browsertest opens pages
// in a real browser.
//
// Limits: a form 4 MB, a request with files as many bytes as one file of the agency may have (at most 200 MB), a public
// check 50 MB and 20 a minute from one address, 20 open live pages a person. What the last act said travels to the next
// page in a cookie.
//
// Sources: design ui; NĐ 30/2020 by way of documents; D8–D12, N1–N27, T01–T04, T20–T23.
package web
