package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// coreJS is inside pdf.js's build for older browsers, whose package does not carry its licence.
const coreJS = `core-js (inside pdfjs-dist/legacy): MIT

Copyright (c) 2014-2025 Denis Pushkarev

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
`

// writeNotices writes what stands in dist from others, under which licence, with the licence texts.
func writeNotices(file string) error {
	var b strings.Builder
	b.WriteString("Third-party material in internal/web/assets/dist and internal/web/testdata\n\n")
	for _, p := range pkgs {
		fmt.Fprintf(&b, "%-28s %-8s %-10s %s\n", p.Name, p.Version, p.Licence, p.Use)
	}
	for _, p := range pkgs {
		for _, t := range p.Texts {
			text, err := os.ReadFile(vendored(p.Name + "/" + t))
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "\n\n---- %s %s, %s ----\n\n%s\n", p.Name, p.Version, t, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
		}
	}
	b.WriteString("\n\n---- " + coreJS)
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// copyTestTools puts axe-core where the browser tests find it, with its licence beside it.
func copyTestTools(dir string) error {
	for from, to := range map[string]string{"axe.min.js": "axe.min.js", "LICENSE": "axe.LICENSE.txt"} {
		content, err := os.ReadFile(vendored("axe-core/" + from))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, to), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
