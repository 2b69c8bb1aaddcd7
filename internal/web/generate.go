package web

//go:generate go run ./bundle
//go:generate go tool templ generate -path .
