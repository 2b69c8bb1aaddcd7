package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

// outputs maps the logical name of a file ("app.css") to what will be served.
type outputs map[string]output

type output struct {
	path    string // below /assets/, with a hash in it unless the address must stay
	content []byte
}

// add names content by its hash: "icons.svg" becomes "icons-1a2b3c4d.svg".
func (o outputs) add(name string, content []byte) {
	ext := path.Ext(name)
	o[name] = output{strings.TrimSuffix(name, ext) + "-" + hash(content) + ext, content}
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:4])
}

// write replaces dir by the files, compressed where it pays, and the manifest. The plain form of a compressed file is
// not kept: a client that takes neither encoding is served from the gzip form.
func (o outputs) write(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	manifest := map[string]string{}
	for name, f := range o {
		manifest[name] = f.path
		to := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		forms := map[string][]byte{"": f.content}
		if path.Ext(f.path) != ".woff2" {
			forms = map[string][]byte{".gz": zip(f.content), ".br": brot(f.content)}
		}
		for suffix, content := range forms {
			if err := os.WriteFile(to+suffix, content, 0o644); err != nil {
				return err
			}
		}
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "manifest.json"), append(text, '\n'), 0o644)
}

func zip(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	w.Write(content)                                      // a bytes.Buffer does not fail
	w.Close()
	return b.Bytes()
}

func brot(content []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	w.Write(content)
	w.Close()
	return b.Bytes()
}
