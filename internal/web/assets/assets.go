package assets

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed dist
var dist embed.FS

// Prefix is where Handler must be mounted: the style sheet and the modules name each other by it.
const Prefix = "/assets/"

var (
	manifest = readManifest()
	shelf    = stock()
)

// file is one address with the forms it can be served in.
type file struct {
	kind            string // Content-Type
	plain, gz, brot []byte // plain is nil when the compressed forms exist
}

// URL is the address of a file by its logical name ("app.css"). It panics on a name that the bundle does not have:
// that is a page naming what was never built.
func URL(name string) string {
	p, ok := manifest[name]
	if !ok {
		panic(fmt.Sprintf("assets: %q is not in the bundle", name))
	}
	return Prefix + p
}

// Handler serves everything below Prefix.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, Prefix)
		f, found := shelf[name]
		if !ok || !found || name == manifest["sw.js"] {
			w.Header().Set("Cache-Control", "no-store")
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		f.serve(w, r)
	})
}

// ServiceWorker serves the worker; it must be mounted at /sw.js, because its place decides what it may control.
func ServiceWorker() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		shelf[manifest["sw.js"]].serve(w, r)
	})
}

// policies of files that a browser may run or show on their own. Modules of a page obey the page's policy instead.
const (
	workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'" // pdf.js decodes scans by WebAssembly, in its worker only
	filePolicy   = "default-src 'none'; frame-ancestors 'none'; sandbox"
)

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", filePolicy)
	if strings.HasPrefix(f.kind, "text/javascript") {
		h.Set("Content-Security-Policy", workerPolicy)
	}
	content := f.plain
	if content == nil {
		h.Set("Vary", "Accept-Encoding")
		switch {
		case accepts(r, "br"):
			h.Set("Content-Encoding", "br")
			content = f.brot
		case accepts(r, "gzip"):
			h.Set("Content-Encoding", "gzip")
			content = f.gz
		default:
			content = unzip(f.gz)
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method == http.MethodHead {
		return
	}
	w.Write(content) // the client's going away is not our error
}

// accepts tells whether the request takes a content coding and does not refuse it by q=0 (RFC 9110, 12.5.3).
func accepts(r *http.Request, coding string) bool {
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !ok || err == nil && weight > 0
	}
	return false
}

func unzip(content []byte) []byte {
	zr, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		panic(err) // what is embedded was written by the bundle
	}
	plain, err := io.ReadAll(zr)
	if err != nil {
		panic(err)
	}
	return plain
}

func readManifest() map[string]string {
	text, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		panic(err)
	}
	m := map[string]string{}
	if err := json.Unmarshal(text, &m); err != nil {
		panic(err)
	}
	return m
}

// kinds are fixed here: what the machine's own table says must not change what a browser does.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".woff2": "font/woff2", ".wasm": "application/wasm",
}

func stock() map[string]file {
	s := map[string]file{}
	for _, p := range manifest {
		kind, ok := kinds[path.Ext(p)]
		if !ok {
			panic("assets: no content type for " + p)
		}
		f := file{kind: kind}
		if f.plain = read(p); f.plain == nil {
			f.gz, f.brot = read(p+".gz"), read(p+".br")
		}
		if f.plain == nil && f.gz == nil {
			panic("assets: " + p + " is in the manifest only")
		}
		s[p] = f
	}
	return s
}

func read(p string) []byte {
	content, err := fs.ReadFile(dist, "dist/"+p)
	if err != nil {
		return nil
	}
	return content
}
