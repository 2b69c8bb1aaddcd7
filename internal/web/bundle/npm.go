package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pkg is one npm package: what we take, at which version, with which content.
type pkg struct {
	Name, Version string
	SHA512        string   // of the tarball, base64, as the registry states it
	Licence       string   // SPDX
	Texts         []string // its licence files
	Use           string   // what of it reaches the browser
}

var pkgs = []pkg{
	{"htmx.org", "4.0.1", "oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg==", "0BSD",
		[]string{"LICENSE"}, "bundled into app-*.js"},
	{"@fontsource-variable/inter", "5.3.0", "OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmtkvNbB1EIPPwHcdkF6b1oUA==", "OFL-1.1",
		[]string{"LICENSE"}, "inter-*.woff2, unmodified"},
	{"@tabler/icons", "3.51.0", "0pinvPZz7YeX+OSfxuEAbnEPWbocVXW5iU8h5lh41pYG8sZuQfpWECC980lxOT0clGIcNGn8xsBr+zKaRGdA/g==", "MIT",
		[]string{"LICENSE"}, "some outline icons in icons-*.svg"},
	{"pdfjs-dist", "6.5.438", "vg8Pw1x+AFKy4AMDvhuWl5cOYV8d698UoEANoFFhc79hqXDnZQqnOXoxw3HG907WHOg1JYOvLhP756boddFxpA==", "Apache-2.0",
		[]string{"LICENSE", "wasm/LICENSE_PDFJS_OPENJPEG", "wasm/LICENSE_OPENJPEG", "wasm/LICENSE_PDFJS_JBIG2", "wasm/LICENSE_JBIG2", "wasm/LICENSE_PDFJS_QCMS", "wasm/LICENSE_QCMS"},
		"bundled into viewer-*.js; its worker and its decoders of JPEG 2000, JBIG2 and ICC colour"},
	{"axe-core", "4.14.1", "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==", "MPL-2.0",
		[]string{"LICENSE", "LICENSE-3RD-PARTY.txt"}, "tests only, never served"},
}

const npmDir = "bundle/npm"

func (p pkg) tarball() string {
	return strings.NewReplacer("@", "", "/", "-").Replace(p.Name) + "-" + p.Version + ".tgz"
}

// fetchAll leaves every package unpacked under dir/node_modules, checked against its hash.
func fetchAll(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, p := range pkgs {
		if err := fetch(dir, p); err != nil {
			return fmt.Errorf("%s@%s: %w", p.Name, p.Version, err)
		}
	}
	return nil
}

func fetch(dir string, p pkg) error {
	file := filepath.Join(dir, p.tarball())
	if _, err := os.Stat(file); err != nil {
		cmd := exec.Command("npm", "pack", "--silent", "--ignore-scripts", p.Name+"@"+p.Version)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("npm pack: %w", err)
		}
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if sum := sha512.Sum512(content); base64.StdEncoding.EncodeToString(sum[:]) != p.SHA512 {
		return fmt.Errorf("%s does not have the content this program names; remove it and look at what changed", file)
	}
	home := filepath.Join(dir, "node_modules", filepath.FromSlash(p.Name))
	mark := filepath.Join(home, ".unpacked-"+p.Version)
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := os.RemoveAll(home); err != nil {
		return err
	}
	if err := unpack(content, home); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o644)
}

// unpack writes a checked tarball's regular files below home, without its first path element.
func unpack(tgz []byte, home string) error {
	zr, err := gzip.NewReader(bytes.NewReader(tgz))
	if err != nil {
		return err
	}
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		_, name, ok := strings.Cut(h.Name, "/")
		if h.Typeflag != tar.TypeReg || !ok || !filepath.IsLocal(name) {
			continue
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			return err
		}
		to := filepath.Join(home, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return err
		}
	}
}

// vendored is the path of a file inside a fetched package.
func vendored(name string) string {
	return filepath.Join(npmDir, "node_modules", filepath.FromSlash(name))
}
