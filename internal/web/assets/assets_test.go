package assets

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func get(t *testing.T, h http.Handler, address, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", address, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHandlerServesEveryFileForEverUnderItsHash(t *testing.T) {
	for name := range manifest {
		if name == "sw.js" {
			continue
		}
		w := get(t, Handler(), URL(name), "gzip, deflate, br")
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		if w.Body.Len() == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

func TestHandlerNegotiatesEncoding(t *testing.T) {
	for _, c := range []struct{ accept, want string }{
		{"gzip, br", "br"}, {"gzip", "gzip"}, {"br;q=0, gzip;q=0.5", "gzip"}, {"", ""}, {"identity", ""}, {"br; q=0", ""},
	} {
		w := get(t, Handler(), URL("app.css"), c.accept)
		if got := w.Header().Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding %q: served %q, want %q", c.accept, got, c.want)
		}
		if c.want == "" && !bytes.Contains(w.Body.Bytes(), []byte("@layer")) {
			t.Errorf("Accept-Encoding %q: not the plain style sheet", c.accept)
		}
	}
}

func TestHandlerRefusesWhatIsNotInTheBundle(t *testing.T) {
	for _, p := range []string{"manifest.json", "app.css", "../assets.go", "sw.js", "", "app.css.br"} {
		if w := get(t, Handler(), Prefix+p, "br"); w.Code != 404 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%q: %d %q", p, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

func TestServiceWorkerIsAskedForAgain(t *testing.T) {
	w := get(t, ServiceWorker(), "/sw.js", "")
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" || !strings.Contains(w.Body.String(), URL("app.css")) {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestOnlyModulesMayRunWebAssembly(t *testing.T) {
	if p := get(t, Handler(), URL("pdf.worker.mjs"), "br").Header().Get("Content-Security-Policy"); p != workerPolicy {
		t.Errorf("worker: %q", p)
	}
	if p := get(t, Handler(), URL("icons.svg"), "br").Header().Get("Content-Security-Policy"); p != filePolicy {
		t.Errorf("icons: %q", p)
	}
}

func TestBundleStaysSmall(t *testing.T) {
	for name, most := range map[string]int{"app.js": 20 << 10, "app.css": 10 << 10} {
		if got := len(shelf[manifest[name]].brot); got > most {
			t.Errorf("%s is %d bytes in brotli, at most %d", name, got, most)
		}
	}
}

func TestEveryPackageHasItsLicence(t *testing.T) {
	notices, err := os.ReadFile("THIRD_PARTY.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"htmx.org", "@fontsource-variable/inter", "@tabler/icons", "pdfjs-dist", "axe-core", "core-js", "OPENJPEG", "Apache License"} {
		if !bytes.Contains(notices, []byte(name)) {
			t.Errorf("THIRD_PARTY.txt does not name %s", name)
		}
	}
}

func TestModulesStayShort(t *testing.T) {
	list, err := os.ReadDir("js")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		text, err := os.ReadFile("js/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 150 {
			t.Errorf("%s has %d lines, at most 150", f.Name(), n)
		}
	}
}
