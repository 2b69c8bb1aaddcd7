// Bundle makes internal/web/assets/dist, the browser's half of the house, from the sources in internal/web/assets
// and five npm packages of fixed version and fixed hash. It is run by `go generate ./internal/web/...`, never at run time:
// what it writes is committed and embedded, so that building and running congvu needs Go alone.
//
// It refuses a package whose content is not the one named here. `npm pack` fetches what is missing into a
// git-ignored folder beside this file.
package main
