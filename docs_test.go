package congvu_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reference is a link or a picture in Markdown: [words](target), ![words](target).
var reference = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)\)`)

// Every link and picture of the documents leads to a file that exists; every picture is shown somewhere.
func TestLinksAndPicturesOfTheDocumentsExist(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("docs", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(text), -1) {
			to, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
			if to.IsAbs() || to.Path == "" {
				continue
			}
			target := filepath.Join(filepath.Dir(page), filepath.FromSlash(to.Path))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s leads nowhere: %v", page, m[1], err)
			}
			shown[target] = true
		}
	}
	taken, err := filepath.Glob("docs/images/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, picture := range taken {
		if !shown[picture] {
			t.Errorf("no document shows %s", picture)
		}
	}
}
