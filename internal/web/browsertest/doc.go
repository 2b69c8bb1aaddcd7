// Package browsertest opens pages in the installed Chromium for tests: it walks them as a person does, checks them with
// axe-core, listens for what the page's policy refused and for errors of scripts, and takes pictures.
//
// A test that starts it is skipped where there is no Chromium. It talks to 127.0.0.1 only.
package browsertest
